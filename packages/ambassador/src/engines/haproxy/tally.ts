import type { EngineCounters } from '../engine.ts';
import type { StatisticsRow } from './statistics.ts';

type Total = Omit<EngineCounters, 'active'>;

const NOTHING: Total = { accepted: 0, failed: 0, retried: 0, dropped: 0, overload: 0, bytesUp: 0, bytesDown: 0 };

/** What haproxy counted, over all of its lives: it counts from 0 on whenever it is started. */
export class SessionTally {
  #before: Total = NOTHING;
  #now: Total = NOTHING;
  #active = 0;

  /** `front` is where clients come in: the frontend, or where that is not ours the backend. */
  take(front: StatisticsRow, back: StatisticsRow): void {
    if (front.total < this.#now.accepted) this.renew();
    this.#active = front.sessions;
    this.#now = {
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
    this.#before = addTotals(this.#before, this.#now);
    this.#now = NOTHING;
    this.#active = 0;
  }

  get active(): number {
    return this.#active;
  }

  get total(): Total {
    return addTotals(this.#before, this.#now);
  }
}

function addTotals(a: Total, b: Total): Total {
  return {
    accepted: a.accepted + b.accepted,
    failed: a.failed + b.failed,
    retried: a.retried + b.retried,
    dropped: a.dropped + b.dropped,
    overload: a.overload + b.overload,
    bytesUp: a.bytesUp + b.bytesUp,
    bytesDown: a.bytesDown + b.bytesDown,
  };
}
