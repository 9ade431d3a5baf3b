import type { TxtJson } from '@mdns-ambassador/mdns';
import type { IngressTraffic } from './ingress-tally.ts';

/** An announcement as CONTRACT 3 shows it: ready for `JSON.stringify`. */
export interface AnnouncementStatus {
  readonly service: string;
  readonly instance: string;
  readonly type: string;
  readonly host: string;
  /** One more name of the machine, `web.local`. */
  readonly alias?: string;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly txt: Readonly<Record<string, TxtJson>>;
  readonly priority: number;
  readonly weight: number;
  readonly secure: boolean;
  /** `mdns`, or the registry where there is no mDNS. */
  readonly source: string;
  readonly state: 'probing' | 'announced' | 'withdrawn' | 'draining';
  /** Since when it has that state, in ISO 8601. */
  readonly since: string;
  /** For people: why it was not up when it was looked at last; absent when it was. */
  readonly reason?: string;
  /** What came in by our port; absent where it does not relay, and clients connect to the service itself. */
  readonly traffic?: IngressTraffic;
}
