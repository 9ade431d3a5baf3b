import { setImmediate as nextTurn } from 'node:timers/promises';
import { ManualClock } from '@mdns-ambassador/testkit';
import { onTestFinished } from 'vitest';
import { HeldBudget } from '../../src/streams/held-budget.ts';
import { Session, type SessionEnd } from '../../src/streams/session.ts';
import type { StreamLeg } from '../../src/streams/stream-leg.ts';
import { MemoryLeg } from '../leg-pair.ts';

/** One end, and what it has been told. */
export interface End {
  readonly session: Session;
  readonly leg: MemoryLeg;
  readonly ends: SessionEnd[];
  readonly idles: number[];
  readonly held: { bytes: number };
}

export interface Pair {
  readonly clock: ManualClock;
  readonly opener: End;
  readonly receiver: End & { readonly streams: StreamLeg[] };
}

/** Two sessions over a connection in memory. */
export function createPair(): Pair {
  const clock = new ManualClock();
  const [client, server] = MemoryLeg.pair();
  const streams: StreamLeg[] = [];
  return {
    clock,
    opener: createEnd(client, clock),
    receiver: { ...createEnd(server, clock, (stream) => streams.push(stream)), streams },
  };
}

/** A session before whoever writes to `peer` what he likes. */
export function createVictim(kind: 'opener' | 'receiver'): End & {
  readonly peer: MemoryLeg;
  readonly clock: ManualClock;
  readonly streams: StreamLeg[];
  /** Those that were opened when it was over. */
  readonly late: StreamLeg[];
} {
  const clock = new ManualClock();
  const [peer, leg] = MemoryLeg.pair();
  peer.on('error', () => undefined);
  const streams: StreamLeg[] = [];
  const late: StreamLeg[] = [];
  const take = (stream: StreamLeg): unknown => (end.ends.length > 0 ? late : streams).push(stream);
  const end = createEnd(leg, clock, kind === 'receiver' ? take : undefined);
  return { ...end, peer, clock, streams, late };
}

function createEnd(leg: MemoryLeg, clock: ManualClock, onStream?: (stream: StreamLeg) => void): End {
  const ends: SessionEnd[] = [];
  const idles: number[] = [];
  const held = { bytes: 0 };
  leg.on('error', () => undefined);
  const session = new Session({
    leg,
    clock,
    budget: new HeldBudget(held),
    onIdle: () => idles.push(clock.now()),
    onEnd: (end) => ends.push(end),
    ...(onStream === undefined ? {} : { onStream }),
  });
  onTestFinished(() => {
    leg.destroy();
  });
  return { session, leg, ends, idles, held };
}

/** Whatever is on its way has arrived. */
export async function settle(turns = 10): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
}
