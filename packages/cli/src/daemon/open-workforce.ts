import { Workforce } from '@mdns-ambassador/ambassador';
import { systemClock } from '@mdns-ambassador/mdns';
import { omitUndefined, Recent } from '@mdns-ambassador/relay';
import type { PlannedProxy } from '../requests/plan.ts';
import type { PartContext } from './part-context.ts';
import type { WorkerOrder } from './worker-order.ts';
import { createWorkerStart } from './worker-process.ts';

/** What one worker tells the others tell as well; within so long it is one telling. */
const ALIKE_MS = 10_000;
const MAX_TOLD = 256;

/** The processes that carry the connections of a service; none is started. */
export function openWorkforce(
  planned: PlannedProxy,
  { reporter, surroundings, sockets, meshKeyFile, reportConnections }: PartContext,
): Workforce {
  const { workers, origins, activeCheck, wake } = planned;
  const told = new Recent<string, number>(MAX_TOLD);
  return new Workforce({
    workers,
    platform: surroundings.platform,
    clock: systemClock,
    hold: (at) => sockets.hold(at),
    limit: planned.maxConnections,
    startWorker: createWorkerStart({
      proxy: pickCarried(planned),
      workers,
      merge: origins.merge,
      isChecked: activeCheck.kind !== 'none',
      wakes: wake !== undefined,
      reportConnections,
      ...omitUndefined({ meshKeyFile }),
    }),
    onTold: ({ line, fact }) => {
      const name = JSON.stringify(fact);
      const now = systemClock.now();
      if (now - (told.get(name) ?? Number.NEGATIVE_INFINITY) < ALIKE_MS) return;
      told.set(name, now);
      reporter.tell(line, fact);
    },
  });
}

function pickCarried(planned: PlannedProxy): WorkerOrder['proxy'] {
  const { service, balance, prefer, connectTimeoutMs, onEndpointLost, drainTimeoutMs } = planned;
  const { maxConnections, faults, injected, acceptProxy, sendProxy } = planned;
  const asked = omitUndefined({ maxConnections, faults, injected, acceptProxy, sendProxy });
  return { service, balance, prefer, connectTimeoutMs, onEndpointLost, drainTimeoutMs, ...asked };
}
