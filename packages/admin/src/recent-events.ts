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
  #events: readonly RecentEvent[] = [];

  /** `at`: milliseconds since 1970; `line`: what people are told of it, if they are. */
  add(event: AdminEvent, at: number, line?: string): void {
    const recent = { at, event, ...(line === undefined ? {} : { line }) };
    this.#events = [recent, ...this.#events.slice(0, MAX_RECENT_EVENTS - 1)];
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
    return this.#events;
  }
}
