import type { AddressFamily } from '../../network.ts';

/** The host as it is seen on one interface. */
export interface HostOptions {
  /** It is the host of the services that are reached in this family alone; default: of those that are reached in both. */
  readonly family?: AddressFamily | undefined;
  /** First label of the host name: `h1-k3x9`. */
  readonly label: string;
  /** Literals of this interface. None: nothing can be announced here. */
  readonly addresses: readonly string[];
  /** Literals of the machine's other interfaces: hearing them under our name, where links share a segment, is no conflict. */
  readonly elsewhere?: readonly string[];
  /** Keep the name whatever others say. */
  readonly insist?: boolean;
}

/** Another name of the host on one interface, for as long as some service asks for it. */
export interface AliasOptions extends Pick<HostOptions, 'label' | 'addresses' | 'elsewhere'> {
  /** False: the name is claimed and defended, but answered to nobody who only asks. */
  readonly announce: boolean;
}

export interface PublishOptions {
  /** False: the name is claimed and defended, but the service is not told to anybody until `announce`. */
  readonly announce: boolean;
  /** Keep the name whatever others say: the last resort after renaming did not help. */
  readonly insist?: boolean;
}
