import { recordKey } from '../../wire/record.ts';
import type { Received } from '../machine.ts';
import type { OwnSet } from './own-set.ts';
import type { OwnZone } from './zone.ts';

/** RFC 6762 6: a record is multicast once a second at most. */
const REPEAT_MS = 1_000;
/** What we sent before the goodbye comes back to us after it. */
const ECHO_MS = 250;

interface Said {
  readonly set: OwnSet;
  readonly repeatAt: number;
}

/**
 * Goodbyes (RFC 6762 10.1): each is said at once and again a second later, since multicasts get lost. Not again when the records are
 * told anew by then, or by somebody else, whom they belong to now. Holds own sets only, which bounds it.
 */
export class Farewells {
  #wanted: OwnSet[] = [];
  readonly #said: Map<string, Said> = new Map();

  say(sets: readonly OwnSet[]): void {
    this.#wanted.push(...sets);
  }

  /** Somebody says these records; a goodbye is no such word. */
  hear({ message, from }: Received, now: number): void {
    if (this.#said.size === 0) return;
    for (const record of message.answers) {
      if (record.ttl === 0) continue;
      const key = recordKey(record);
      for (const { set, repeatAt } of this.#said.values()) {
        const isEcho = from.isThisHost && now < repeatAt - REPEAT_MS + ECHO_MS;
        if (!isEcho && set.recordKeys.includes(key)) this.#said.delete(set.key);
      }
    }
  }

  /** Nothing is said again. */
  forget(): void {
    this.#said.clear();
  }

  /** The sets to say goodbye for now. */
  take(zone: OwnZone, now: number): readonly OwnSet[] {
    const wanted = this.#wanted;
    this.#wanted = [];
    const due = [...this.#said.values()].filter(({ repeatAt }) => repeatAt <= now).map(({ set }) => set);
    for (const { key } of due) this.#said.delete(key);
    for (const set of wanted) this.#said.set(set.key, { set, repeatAt: now + REPEAT_MS });
    return [...wanted, ...due.filter(({ key }) => !isTold(key, zone))];
  }

  nextDeadline(): number {
    let deadline = Number.POSITIVE_INFINITY;
    for (const { repeatAt } of this.#said.values()) deadline = Math.min(deadline, repeatAt);
    return deadline;
  }
}

function isTold(key: string, zone: OwnZone): boolean {
  const set = zone.set(key);
  return set !== undefined && zone.isTold(set);
}
