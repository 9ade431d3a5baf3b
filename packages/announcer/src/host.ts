import type { CheckTools } from '@mdns-ambassador/checks';
import type { NetworkInterface } from '@mdns-ambassador/mdns';
import type { Room, Target } from '@mdns-ambassador/relay';
import type { CreateIngress } from './ingress.ts';

/** What the announcer needs of the machine that it runs on. */
export interface Host extends CheckTools {
  /** `process.platform` */
  readonly platform: string;
  /** The interfaces that are announced on now: what the mDNS node's network offers. */
  interfaces(): readonly NetworkInterface[];
  /** Every address of this machine, literal, without zone: also those of interfaces that are left alone. */
  addresses(): readonly string[];
  /** The literal addresses of a host name. Rejects when it has none. */
  lookup(hostname: string): Promise<readonly string[]>;
  /** The service of the ambassador proxy that listens there; undefined where none says so. Never rejects. */
  findProxy(target: Target): Promise<string | undefined>;
  /** For the relayed connections of all announcements. */
  readonly room: Room;
  readonly createIngress: CreateIngress;
}
