import { setImmediate as macrotask } from 'node:timers';
import type { Clock } from '@mdns-ambassador/mdns';

interface Timer {
  readonly at: number;
  /** Timers of one instant run in the order in which they were set. */
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** Where the wall clock of every test starts: 2026-01-01T00:00:00Z. */
const WALL_CLOCK_START = Date.UTC(2026, 0, 1);

/** Time that moves only when told to. Nothing runs outside `advance` and `sleepThrough`. */
export class ManualClock implements Clock {
  #now = 0;
  #wallClock: number = WALL_CLOCK_START;
  #order = 0;
  readonly #heap: Timer[] = [];

  now(): number {
    return this.#now;
  }

  wallClock(): number {
    return this.#wallClock;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), order: this.#order++, run, cancelled: false };
    push(this.#heap, timer);
    return () => {
      timer.cancelled = true;
    };
  }

  /** Timers that are set and not cancelled. */
  get pendingTimers(): number {
    return this.#heap.filter((timer) => !timer.cancelled).length;
  }

  /**
   * Moves time by `ms` and runs what becomes due, in order; promises settle between one instant and the next, so code that awaits
   * runs as it would on a real clock.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#nextDue(end); next !== undefined; next = this.#nextDue(end)) {
      this.#moveTo(next.at);
      for (let due = this.#nextDue(next.at); due !== undefined; due = this.#nextDue(next.at)) {
        pop(this.#heap);
        due.run();
      }
      await settle();
    }
    this.#moveTo(end);
  }

  /** The machine sleeps: the wall clock moves by `ms`, the monotonic one and every timer stand still. */
  sleepThrough(ms: number): void {
    this.#wallClock += ms;
  }

  #nextDue(end: number): Timer | undefined {
    while (this.#heap[0]?.cancelled === true) pop(this.#heap);
    const first = this.#heap[0];
    return first !== undefined && first.at <= end ? first : undefined;
  }

  #moveTo(at: number): void {
    this.#wallClock += at - this.#now;
    this.#now = at;
  }
}

/** Every microtask, and what they queue, has run when this resolves. */
function settle(): Promise<void> {
  return new Promise((resolve) => macrotask(resolve));
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}

function push(heap: Timer[], timer: Timer): void {
  let at = heap.length;
  heap.push(timer);
  while (at > 0) {
    const parentAt = (at - 1) >> 1;
    const parent = heap[parentAt];
    if (parent === undefined || !isBefore(timer, parent)) break;
    heap[at] = parent;
    at = parentAt;
  }
  heap[at] = timer;
}

function pop(heap: Timer[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const leftAt = at * 2 + 1;
    const left = heap[leftAt];
    if (left === undefined) break;
    const right = heap[leftAt + 1];
    const childAt = right !== undefined && isBefore(right, left) ? leftAt + 1 : leftAt;
    const child = heap[childAt];
    if (child === undefined || !isBefore(child, last)) break;
    heap[at] = child;
    at = childAt;
  }
  heap[at] = last;
}
