import type { Publisher } from '@mdns-ambassador/announcer';
import type { NodeCounters, SystemNetwork } from '@mdns-ambassador/mdns';

/** Who announces for `announce`, whoever that is. */
export interface Speaker {
  readonly network: SystemNetwork;
  readonly publisher: Publisher;
  /** Of the status: `mdns`, or a registry where there is no mDNS. Absent: `mdns`. */
  readonly source?: string;
  /** Of our own stack; undefined where another one speaks. */
  counters(): NodeCounters | undefined;
  /** Rejects with a CliError that says in one sentence what is in the way and what works. */
  start(): Promise<void>;
  close(): Promise<void>;
}
