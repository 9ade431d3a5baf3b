import type { ResourceRecord } from '../../wire/record.ts';
import type { Sender } from '../machine.ts';

/**
 * A responder may not multicast a record twice within a second (RFC 6762 6), so an address that was heard just before the
 * service that refers to it can't be asked for. A little longer than that second.
 */
const REMEMBERED_MS = 1_500;
/** Names; the oldest makes room. */
const MAX_NAMES = 256;
/** Of one name: eight of each family are more than anybody uses. */
const MAX_RECORDS_OF_NAME = 16;

export interface HeardAddress {
  readonly record: ResourceRecord;
  readonly from: Sender;
}

interface HeardTarget {
  readonly at: number;
  readonly addresses: readonly HeardAddress[];
}

/** Addresses of hosts that nobody wants to know of yet, for a moment. Bounded by names and by records of a name. */
export class RecentAddresses {
  readonly #byName: Map<string, HeardTarget> = new Map();

  /** The addresses that one packet has for a host. */
  remember(owner: string, addresses: readonly HeardAddress[], now: number): void {
    this.#byName.delete(owner);
    this.#byName.set(owner, { at: now, addresses: addresses.slice(0, MAX_RECORDS_OF_NAME) });
    for (const [oldest, heard] of this.#byName) {
      if (this.#byName.size <= MAX_NAMES && now - heard.at <= REMEMBERED_MS) return;
      this.#byName.delete(oldest);
    }
  }

  /** What was heard of this host lately; forgotten here. */
  take(owner: string, now: number): readonly HeardAddress[] {
    const heard = this.#byName.get(owner);
    this.#byName.delete(owner);
    return heard === undefined || now - heard.at > REMEMBERED_MS ? [] : heard.addresses;
  }
}
