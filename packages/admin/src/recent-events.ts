import type { AdminEvent } from './snapshot.ts';

/** The last ones are kept, so that a page that is opened late shows how it came about. */
export const MAX_RECENT_EVENTS = 50;

export interface RecentEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly event: AdminEvent;
}

/** The latest events, newest first; the oldest make room. */
export class RecentEvents {
  #events: readonly RecentEvent[] = [];

  add(event: AdminEvent, at: number): void {
    this.#events = [{ at, event }, ...this.#events.slice(0, MAX_RECENT_EVENTS - 1)];
  }

  list(): readonly RecentEvent[] {
    return this.#events;
  }
}
