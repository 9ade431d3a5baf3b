import type { Publisher } from '@mdns-ambassador/announcer';

/** Who publishes one announcement, in all its places. */
export interface ChosenPublisher {
  readonly publisher: Publisher;
  /** Of the status: `mdns`, or a registry where there is no mDNS. Absent: `mdns`. */
  readonly source?: string;
  /** Rejects with a CliError that says in one sentence what is in the way and what works. */
  start(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}
