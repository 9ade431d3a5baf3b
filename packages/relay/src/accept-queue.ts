import { QueueTime } from './queue-time.ts';

/** Where a connection comes from; another host, or another address of this one, may have the same port. */
export interface Origin {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** Who joins a queue to see how long it takes. */
export interface QueueMember {
  /** Whether it stands in the queue; before that it is not let in. */
  readonly isQueued: boolean;
  /** Whether an accepted connection is the other end of this one. */
  isFrom(origin: Origin): boolean;
  leave(): void;
}

export interface AcceptQueueOptions {
  /** Connects to where it is accepted. `onGone`: it has gone without having been called, and without having left. */
  readonly join: (onGone: () => void) => QueueMember;
  /** The part of the time of late that the process has been busy, from 0 to 1. */
  readonly busyShare: () => number;
}

/** Looked at again after so long. */
const INTERVAL_MS = 100;
/** So many are accepted before it is worth one more. */
const LEAST_ACCEPTED = 8;
/** A process that is less busy accepts at once whoever comes. */
const BUSY_SHARE = 0.8;
/** Behind so few nobody waits for long: it was the process that stood still, and now goes on. */
const FEW = 32;
/** Who is not called by then has been lost, as by a queue that ran over. */
const LOST_MS = 10_000;

/**
 * How long who is accepted now has waited in the queue of the kernel, of which no system tells: a busy process joins the queue itself, one
 * connection at a time, and sees when it is called. Times are milliseconds of one monotonic clock.
 */
export class AcceptQueue {
  readonly #options: AcceptQueueOptions;
  #accepted = 0;
  #lookedAt = 0;
  readonly #time = new QueueTime();
  /** `joinedAt`: in the queue's own time; `passed`: how many have been accepted since. */
  #own: { readonly since: number; readonly joinedAt: number; readonly member: QueueMember; passed: number } | undefined;
  #waitedMs = 0;

  constructor(options: AcceptQueueOptions) {
    this.#options = options;
  }

  /** To be called for each accepted connection. True: it is the queue's own, and nobody's client. */
  accept(origin: Origin, now: number): boolean {
    this.#time.called(now);
    const own = this.#own;
    if (own?.member.isFrom(origin) === true) {
      own.member.leave();
      this.#own = undefined;
      this.#waitedMs = own.passed < FEW ? 0 : this.#time.at(now) - own.joinedAt;
      // Where the queue is long, how long it is now must be known soon.
      if (this.#waitedMs >= INTERVAL_MS) this.#join(now);
      else this.#startAnew(now);
      return true;
    }
    this.#accepted += 1;
    if (own !== undefined) own.passed += 1;
    if (own === undefined) {
      if (this.#accepted >= LEAST_ACCEPTED && now - this.#lookedAt >= INTERVAL_MS) this.#look(now);
    } else if (now - own.since >= (own.member.isQueued ? LOST_MS : INTERVAL_MS)) {
      own.member.leave();
      this.#join(now);
    }
    return false;
  }

  /** Of who was called last; of who stands in the queue, if that is longer. */
  waitedMs(now: number): number {
    const own = this.#own;
    const stands = own?.member.isQueued === true && own.passed >= FEW;
    return Math.max(this.#waitedMs, stands ? this.#time.at(now) - own.joinedAt : 0);
  }

  close(): void {
    this.#own?.member.leave();
    this.#own = undefined;
  }

  #look(now: number): void {
    if (this.#options.busyShare() >= BUSY_SHARE) {
      this.#join(now);
      return;
    }
    this.#waitedMs = 0;
    this.#startAnew(now);
  }

  #join(now: number): void {
    const member = this.#options.join(() => {
      if (this.#own?.member !== member) return;
      this.#own = undefined;
      this.#waitedMs = 0;
    });
    this.#own = { since: now, joinedAt: this.#time.at(now), member, passed: 0 };
    this.#startAnew(now);
  }

  #startAnew(now: number): void {
    this.#lookedAt = now;
    this.#accepted = 0;
  }
}
