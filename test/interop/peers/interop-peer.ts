import type { Host, HostProcess, Peer } from '@mdns-ambassador/testkit';

/** A service as one implementation publishes it and another finds it. */
export interface PublishedService {
  readonly instance: string;
  /** `_thing._tcp` */
  readonly type: string;
  readonly port: number;
  readonly txt: Readonly<Record<string, string>>;
}

export interface FoundService extends PublishedService {
  /** `h1-k3x9.local`, without a dot at its end. */
  readonly host: string;
  /** Those of IPv4. */
  readonly addresses: readonly string[];
}

/** A name and TXT with all that RFC 6763 allows and implementations get wrong. */
export const DIFFICULT_SERVICE: PublishedService = {
  instance: 'Küche, 2. Stock',
  type: '_thing._tcp',
  port: 7000,
  txt: { colour: 'green', empty: '', path: '/a=b' },
};

/** A browser that goes on. */
export interface Watch {
  found(instance: string): Promise<FoundService>;
  lost(instance: string): Promise<void>;
}

/** Somebody else's implementation of DNS-SD. */
export interface InteropPeer {
  readonly name: string;
  readonly needs: readonly Peer[];
  /** As much of a service as it can express. */
  readonly service: PublishedService;
  /** What has to run on a host before the rest; once for a host. */
  prepare(host: Host): Promise<void>;
  /** Resolves when it is published; it is taken back when the process is told to stop. */
  publish(host: Host, service: PublishedService): Promise<HostProcess>;
  /** Resolves when it has begun. */
  watch(host: Host, type: string): Promise<Watch>;
}
