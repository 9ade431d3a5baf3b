import type { AdminEvent } from './snapshot.ts';

/** The last ones are kept, so that a page that is opened late shows how it came about. */
export const MAX_RECENT_EVENTS = 50;

export interface RecentEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly event: AdminEvent;
  /** What people are told of it. */
  readonly line?: string;
}

/** The latest events, newest first; the oldest make room. It loads nothing else: it is there before anybody looks. */
export class RecentEvents {
  readonly #followers = new Set<(event: RecentEvent) => void>();
  /** In a circle: the next one stands at `#next`. A flood of events makes nothing that lives longer. */
  readonly #events: RecentEvent[] = [];
  #next = 0;

  /** `at`: milliseconds since 1970; `line`: what people are told of it, if they are. */
  add(event: AdminEvent, at: number, line?: string): void {
    const recent = { at, event, ...(line === undefined ? {} : { line }) };
    this.#events[this.#next] = recent;
    this.#next = (this.#next + 1) % MAX_RECENT_EVENTS;
    for (const follow of this.#followers) follow(recent);
  }

  /** Calls back with each event from now on; the returned function ends that. */
  follow(onEvent: (event: RecentEvent) => void): () => void {
    this.#followers.add(onEvent);
    return () => {
      this.#followers.delete(onEvent);
    };
  }

  list(): readonly RecentEvent[] {
    return [...this.#events.slice(this.#next), ...this.#events.slice(0, this.#next)].reverse();
  }
}
