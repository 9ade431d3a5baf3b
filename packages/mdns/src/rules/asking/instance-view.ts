import type { Txt } from '../../txt.ts';

export type LostReason = 'goodbye' | 'expired' | 'unreachable';

/** What one interface knows of an instance: complete, with at least one address. */
export interface InstanceView {
  /** The raw first label. */
  readonly name: string;
  /** `_redis._tcp` */
  readonly type: string;
  /** The SRV target in presentation format. */
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
  readonly txt: Txt;
  readonly addresses: readonly ViewAddress[];
  /** The address of the host that first sent what was heard last of where it is. */
  readonly announcer: string;
  /** Its goodbye was heard; it is lost a second later unless it is rescued (RFC 6762 10.1). */
  readonly isLeaving: boolean;
}

export interface ViewAddress {
  /** Literal without zone. */
  readonly address: string;
  /** The packet that carried it came from this host itself. */
  readonly isFromThisHost: boolean;
}

export type ViewEvent =
  | { readonly kind: 'resolved' | 'changed'; readonly view: InstanceView }
  /** `view` is the last that was known. */
  | { readonly kind: 'lost'; readonly view: InstanceView; readonly reason: LostReason };
