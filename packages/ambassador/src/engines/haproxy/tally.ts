import { addCounts, NO_COUNTERS } from '../counts.ts';
import type { EngineCounters } from '../engine.ts';
import type { StatisticsRow } from './statistics.ts';

/** What haproxy counted, over all of its lives: it counts from 0 on whenever it is started. */
export class SessionTally {
  #before = NO_COUNTERS;
  #now = NO_COUNTERS;

  /** `front` is where clients come in: the frontend, or where that is not ours the backend. */
  take(front: StatisticsRow, back: StatisticsRow): void {
    if (front.total < this.#now.accepted) this.renew();
    this.#now = {
      active: front.sessions,
      accepted: front.total,
      failed: back.connectErrors,
      retried: back.retries + back.redispatches,
      dropped: front.denied,
      overload: 0,
      bytesUp: front.bytesUp,
      bytesDown: front.bytesDown,
    };
  }

  /** It was started again, or another stands in its place: nothing that it carried is left. */
  renew(): void {
    this.#before = addCounts(this.#before, { ...this.#now, active: 0 });
    this.#now = NO_COUNTERS;
  }

  get active(): number {
    return this.#now.active;
  }

  get counters(): EngineCounters {
    return addCounts(this.#before, this.#now);
  }
}
