import { addHistograms, Recent } from '@mdns-ambassador/relay';
import { addCounts, NO_COUNTERS } from '../engines/counts.ts';
import type { CarriedBytes, DialFailure, DialTraffic, EngineCounters, EngineSums } from '../engines/engine.ts';
import { type EndpointTally, NO_TALLY } from '../pool/endpoint.ts';
import { ServiceTally } from '../service/service-tally.ts';

/** More endpoints than a pool has; who carries nothing is forgotten first. */
const MAX_ENDPOINTS = 8_192;

/** What one worker has carried and met since it was started. */
export interface WorkerTally extends DialTraffic {
  readonly counters: EngineCounters;
  /** Bytes of connections that have ended. */
  readonly endpoints: readonly (readonly [id: string, tally: EndpointTally])[];
  /** Of open connections, by endpoint. */
  readonly carried: readonly (readonly [id: string, bytes: CarriedBytes])[];
}

/** Counts what the connections of one worker come to. */
export class TallyKeeper {
  readonly #endpoints = new Recent<string, EndpointTally>(MAX_ENDPOINTS);
  readonly #service = new ServiceTally();
  #changes = 0;

  /** Another number after each change. */
  get changes(): number {
    return this.#changes;
  }

  /** A connection is carried; the returned function says that it has ended. */
  opened(id: string): (durationMs: number, bytesUp?: number, bytesDown?: number) => void {
    const tally = this.#tallyOf(id);
    tally.active += 1;
    tally.total += 1;
    this.#changes += 1;
    return (durationMs, bytesUp = 0, bytesDown = 0) => {
      tally.active -= 1;
      tally.bytesUp += bytesUp;
      tally.bytesDown += bytesDown;
      this.#service.ended(durationMs);
      this.#changes += 1;
    };
  }

  reached(latencyMs: number): void {
    this.#service.reached(latencyMs);
    this.#changes += 1;
  }

  failed(id: string, failure: DialFailure): void {
    this.#service.failed(failure);
    this.#tallyOf(id).failures += 1;
    this.#changes += 1;
  }

  view(counters: EngineCounters, carried: ReadonlyMap<string, CarriedBytes>): WorkerTally {
    return { counters, endpoints: [...this.#endpoints], carried: [...carried], ...this.#service.view() };
  }

  #tallyOf(id: string): EndpointTally {
    const known = this.#endpoints.get(id);
    if (known !== undefined) return known;
    const tally: EndpointTally = { ...NO_TALLY };
    this.#endpoints.set(id, tally);
    return tally;
  }
}

/** What several came to together, those included that have ended. */
export function sumTallies(tallies: readonly WorkerTally[]): EngineSums {
  const endpoints = new Map<string, EndpointTally>();
  const carried = new Map<string, CarriedBytes>();
  let dialFailures: WorkerTally['dialFailures'] = {};
  let { dialSeconds, connectionSeconds } = new ServiceTally().view();
  let counters = NO_COUNTERS;
  for (const tally of tallies) {
    counters = addCounts(counters, tally.counters);
    for (const [id, one] of tally.endpoints) endpoints.set(id, addCounts(one, endpoints.get(id)));
    for (const [id, one] of tally.carried) carried.set(id, addCounts(one, carried.get(id)));
    dialFailures = addCounts(tally.dialFailures, dialFailures);
    dialSeconds = addHistograms(dialSeconds, tally.dialSeconds);
    connectionSeconds = addHistograms(connectionSeconds, tally.connectionSeconds);
  }
  return { counters, endpoints, carried, dialFailures, dialSeconds, connectionSeconds };
}

/** What is left of a worker that has ended: what it carried was reset, and ended there. */
export function closeTally(tally: WorkerTally): WorkerTally {
  const carried = new Map(tally.carried);
  return {
    ...tally,
    counters: { ...tally.counters, active: 0 },
    endpoints: tally.endpoints.map(([id, one]) => {
      const { bytesUp = 0, bytesDown = 0 } = carried.get(id) ?? {};
      return [id, { ...one, active: 0, bytesUp: one.bytesUp + bytesUp, bytesDown: one.bytesDown + bytesDown }];
    }),
    carried: [],
  };
}

/** Two that have ended as one, so that those who end do not add up. */
export function joinTallies(one: WorkerTally, other: WorkerTally): WorkerTally {
  const { endpoints, carried, ...rest } = sumTallies([one, other]);
  const most = new Recent<string, EndpointTally>(MAX_ENDPOINTS);
  for (const [id, tally] of endpoints) most.set(id, tally);
  return { ...rest, endpoints: [...most], carried: [...carried] };
}
