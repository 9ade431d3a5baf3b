import type { Txt } from '@mdns-ambassador/mdns';

/** An instance of a service that may be used, wherever it was found. */
export interface KnownInstance {
  /** The raw first label of its DNS-SD name: `redis on h1`. */
  readonly name: string;
  /** Where it is one of several of its name (see `Instance.link` of mdns). */
  readonly link?: string;
  /** The name by which it is asked for: `web`, announced as `_http._tcp`. */
  readonly service: string;
  /** `_redis._tcp` */
  readonly type: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
  readonly txt: Txt;
  /** How long it is known without being heard again, in seconds: nobody is to believe it for longer. */
  readonly remaining: number;
  /** Literal, without those that hold on one link alone. Without any it is not told of. */
  readonly addresses: readonly string[];
}

/** A service that this machine has on an address of its own. */
export interface KnownProxy {
  readonly service: string;
  /** `_redis._tcp` */
  readonly type: string;
  /** Literal addresses of this machine. */
  readonly addresses: readonly string[];
  readonly port: number;
}

/** All that a zone is made of. */
export interface Known {
  readonly instances: readonly KnownInstance[];
  readonly proxies: readonly KnownProxy[];
}
