/** RFC 6762 6: the least time between two multicasts of one record, and the same when it defends a name against a probe. */
const MULTICAST_INTERVAL_MS = 1_000;
const DEFENCE_INTERVAL_MS = 250;
/** A question that comes so soon after the answer is the same one again, by the other address family: the asker has heard it. */
const JUST_MULTICAST_MS = 50;
/** RFC 6762 6: answers that others may have too wait a random time in this range. */
const SHARED_DELAY_MIN_MS = 20;
const SHARED_DELAY_MAX_MS = 120;
/** RFC 6762 6.4: an answer waits no longer than this for others to travel with. */
const AGGREGATION_LIMIT_MS = 500;

/**
 * How soon an answer goes out. `now`: it is unique or announced; `defence`: a probe asks for the name; `soon`: after a random
 * delay, with what else is due by then.
 */
export type Urgency = 'now' | 'defence' | 'soon';

interface Queued {
  readonly at: number;
  readonly urgency: Urgency;
}

/** A uniformly distributed delay for answers that others may give too (RFC 6762 6). `random` in [0, 1). */
export function drawSharedDelay(random: number): number {
  return SHARED_DELAY_MIN_MS + random * (SHARED_DELAY_MAX_MS - SHARED_DELAY_MIN_MS);
}

/** When which sets are to be multicast, by key, and when they last were. Holds keys of own sets only, which bounds it. */
export class ResponseQueue {
  readonly #queued: Map<string, Queued> = new Map();
  readonly #lastMulticast: Map<string, number> = new Map();

  /** Queues a set for `at`; later where it was multicast a moment ago, sooner where it is queued for sooner already. */
  schedule(key: string, at: number, urgency: Urgency): void {
    const interval = urgency === 'defence' ? DEFENCE_INTERVAL_MS : MULTICAST_INTERVAL_MS;
    const earliest = Math.max(at, this.lastMulticast(key) + interval);
    const queued = this.#queued.get(key);
    const isDefence = urgency === 'defence' || queued?.urgency === 'defence';
    if (queued === undefined || earliest < queued.at) {
      this.#queued.set(key, { at: earliest, urgency: isDefence ? 'defence' : urgency });
    } else if (isDefence) {
      this.#queued.set(key, { at: queued.at, urgency: 'defence' });
    }
  }

  /** RFC 6762 7.4: another host has just said the same; our answer counts as sent, unless it defends a name. */
  suppress(key: string, now: number): void {
    if (this.#queued.get(key)?.urgency === 'defence') return;
    this.#queued.delete(key);
    this.#lastMulticast.set(key, now);
  }

  /** Takes the sets that are to be sent now, in the order in which they were queued; those that defend a name are marked. */
  take(now: number): readonly { readonly key: string; readonly isDefence: boolean }[] {
    if (this.nextDeadline() > now) return [];
    const flushAt = this.#flushAt();
    const due: { key: string; isDefence: boolean }[] = [];
    for (const [key, { at, urgency }] of this.#queued) {
      if (at > now || (urgency === 'soon' && flushAt > now)) continue;
      this.#queued.delete(key);
      due.push({ key, isDefence: urgency === 'defence' });
    }
    return due;
  }

  noteMulticast(key: string, now: number): void {
    this.#lastMulticast.set(key, now);
  }

  /** Minus infinity when it never was. */
  lastMulticast(key: string): number {
    return this.#lastMulticast.get(key) ?? Number.NEGATIVE_INFINITY;
  }

  /** Whether a multicast of the set is allowed now (RFC 6762 6). */
  mayMulticast(key: string, now: number): boolean {
    return this.lastMulticast(key) + MULTICAST_INTERVAL_MS <= now;
  }

  /** Whether whoever asks now has heard the answer already. */
  wasJustMulticast(key: string, now: number): boolean {
    return now - this.lastMulticast(key) < JUST_MULTICAST_MS;
  }

  /** These sets have other data now, which nobody has heard: what was sent does not delay it (RFC 6762 6, 8.4). */
  renew(keys: Iterable<string>): void {
    for (const key of keys) this.#lastMulticast.delete(key);
  }

  /** What is queued for these sets is not sent, and what was sent does not delay them any more. */
  forget(keys: Iterable<string>): void {
    for (const key of keys) {
      this.#queued.delete(key);
      this.#lastMulticast.delete(key);
    }
  }

  clear(): void {
    this.#queued.clear();
    this.#lastMulticast.clear();
  }

  nextDeadline(): number {
    let deadline = this.#flushAt();
    for (const { at, urgency } of this.#queued.values()) if (urgency !== 'soon') deadline = Math.min(deadline, at);
    return deadline;
  }

  /**
   * RFC 6762 6.4: delayed answers wait for those that are due within the longest delay after them, so that they share a packet;
   * never for more than half a second.
   */
  #flushAt(): number {
    const times = [...this.#queued.values()].filter(({ urgency }) => urgency === 'soon').map(({ at }) => at);
    if (times.length === 0) return Number.POSITIVE_INFINITY;
    times.sort((a, b) => a - b);
    const first = times[0] ?? Number.POSITIVE_INFINITY;
    let flushAt = first;
    for (const at of times) {
      if (at - flushAt > SHARED_DELAY_MAX_MS || at - first > AGGREGATION_LIMIT_MS) break;
      flushAt = at;
    }
    return flushAt;
  }
}
