import { isLoopback } from '@mdns-ambassador/relay';
import type { PeerPlace } from './rules/line.ts';
import { Memory, type RememberedPlace } from './rules/memory.ts';

/** News is written after this time, with what comes until then: who is killed soon remembers whom he had met. */
const DELAY_MS = 1_000;
/** After one that was due, before the next. */
const REST_MS = 10_000;

/** Has the places written that are worth a dial in a later run, seldom. */
export class MemoryKeeper {
  readonly #memory: Memory;
  readonly #write: (places: readonly RememberedPlace[]) => void;
  #dueAt = Number.POSITIVE_INFINITY;
  #restsUntil = Number.NEGATIVE_INFINITY;

  constructor(remembered: readonly RememberedPlace[], write: (places: readonly RememberedPlace[]) => void) {
    this.#memory = new Memory(remembered);
    this.#write = write;
  }

  /** `isLinked`: a link is there while we listen. */
  keep(place: PeerPlace, isLinked: boolean, now: number): void {
    if (isLoopback(place.host) || !this.#memory.keep(place, isLinked)) return;
    this.#dueAt = Math.min(this.#dueAt, Math.max(now + DELAY_MS, this.#restsUntil));
  }

  /** When `advance` is to be called; Infinity without news. */
  nextDeadline(): number {
    return this.#dueAt;
  }

  advance(now: number): void {
    if (now < this.#dueAt) return;
    this.flush();
    this.#restsUntil = now + REST_MS;
  }

  /** Has news written now. */
  flush(): void {
    if (this.#dueAt === Number.POSITIVE_INFINITY) return;
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#write(this.#memory.list());
  }
}
