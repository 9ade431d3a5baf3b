import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Demand, type DemandAction } from '../../src/on-demand/demand.ts';

const IDLE_MS = 600_000;

function words(actions: readonly DemandAction[]): readonly string[] {
  return actions.map((action) => {
    switch (action.kind) {
      case 'start':
        return 'start';
      case 'signal':
        return action.signal;
      case 'release':
        return action.isServed ? 'serve' : 'turn away';
      case 'tell':
        return `: ${Object.values(action.event).join(' ')}`;
      default:
        return action satisfies never;
    }
  });
}

function up(now = 0): Demand {
  const demand = new Demand(IDLE_MS);
  demand.arrive(now);
  demand.answered(now + 300);
  return demand;
}

test('a hundred who come at once have it started once, and are served together', () => {
  const demand = new Demand(IDLE_MS);
  expect(demand.isDown).toBe(true);
  expect(words(demand.arrive(0).actions)).toEqual([': starting', 'start']);
  for (let client = 1; client < 100; client += 1) expect(demand.arrive(1)).toEqual({ verdict: 'wait', actions: [] });
  expect(words(demand.answered(300))).toEqual([': running 300 100', 'serve']);
  expect(demand.arrive(301)).toEqual({ verdict: 'serve', actions: [] });
});

test('it is stopped when nobody has been connected for a while, and not before', () => {
  const demand = up();
  expect(demand.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  demand.arrive(1_000);
  demand.left(2_000, true);
  expect(demand.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  demand.left(5_000, true);
  expect(demand.nextDeadline()).toBe(5_000 + IDLE_MS);
  expect(demand.advance(4_999 + IDLE_MS)).toEqual([]);
  expect(words(demand.advance(5_000 + IDLE_MS))).toEqual([`: stopping ${IDLE_MS}`, 'SIGTERM']);
  expect(words(demand.exited('it ended with exit code 143', 6_000 + IDLE_MS))).toEqual([': asleep']);
  expect(words(demand.arrive(7_000 + IDLE_MS).actions)).toEqual([': starting', 'start']);
});

test('who connects and says nothing keeps nothing awake', () => {
  const demand = up();
  demand.left(1_000, true);
  demand.arrive(500_000);
  demand.left(500_001, false);
  expect(demand.nextDeadline()).toBe(1_000 + IDLE_MS);
});

test('one that does not end when it is told to is killed', () => {
  const demand = up();
  demand.left(300, true);
  demand.advance(300 + IDLE_MS);
  expect(demand.nextDeadline()).toBe(300 + IDLE_MS + 10_000);
  expect(words(demand.advance(300 + IDLE_MS + 10_000))).toEqual(['SIGKILL']);
  expect(demand.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
});

test('who comes while it is being stopped waits for its next start', () => {
  const demand = up();
  demand.left(300, true);
  demand.advance(300 + IDLE_MS);
  expect(demand.arrive(IDLE_MS).verdict).toBe('wait');
  expect(words(demand.exited('it ended with exit code 143', IDLE_MS + 1))).toEqual([': asleep', ': starting', 'start']);
  expect(words(demand.answered(IDLE_MS + 2))).toEqual([': running 1 1', 'serve']);
});

test('a crash is told; the next connection starts it again, but not again and again', () => {
  const demand = up();
  expect(words(demand.exited('it ended with exit code 137', 400))).toEqual([': ended it ended with exit code 137 1 0']);
  expect(words(demand.arrive(500).actions)).toEqual([': starting', 'start']);
  demand.answered(600);
  expect(words(demand.exited('it ended with exit code 137', 700)).at(0)).toMatch(/ 2 1000$/);
  expect(demand.arrive(800).verdict).toBe('refuse');
  expect(words(demand.arrive(1_700).actions)).toEqual([': starting', 'start']);
  demand.answered(1_800);
  // It ran long enough.
  expect(words(demand.exited('it ended with exit code 137', 11_800)).at(0)).toMatch(/ 0$/);
});

test('a start that fails turns everybody away, and rests for longer each time', () => {
  const demand = new Demand(IDLE_MS);
  const rests: number[] = [];
  let now = 0;
  for (let attempt = 0; attempt < 7; attempt += 1) {
    demand.arrive(now);
    demand.arrive(now);
    const [told, release] = demand.exited('it ended with exit code 1', now);
    expect(release).toEqual({ kind: 'release', isServed: false });
    if (told?.kind !== 'tell' || told.event.state !== 'failed') throw new Error('nothing was told');
    expect(told.event.waiting).toBe(2);
    rests.push(told.event.restMs);
    now += told.event.restMs;
    expect(demand.arrive(now - 1).verdict).toBe('refuse');
  }
  expect(rests).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test('a slow start is told after five seconds, and given up after a minute', () => {
  const demand = new Demand(IDLE_MS);
  demand.arrive(0);
  expect(demand.nextDeadline()).toBe(5_000);
  expect(words(demand.advance(5_000))).toEqual([': slow 5000 1']);
  expect(demand.nextDeadline()).toBe(60_000);
  expect(words(demand.advance(60_000))).toEqual([
    'SIGTERM',
    ': failed it did not answer within 60 s 1 1000',
    'turn away',
  ]);
  expect(demand.arrive(60_001).verdict).toBe('refuse');
  expect(demand.exited('it ended with exit code 143', 61_000)).toEqual([]);
  expect(demand.arrive(61_999).verdict).toBe('refuse');
  expect(demand.arrive(62_000).verdict).toBe('wait');
});

test('who gives up is not counted', () => {
  const demand = new Demand(IDLE_MS);
  demand.arrive(0);
  demand.gaveUp();
  expect(words(demand.answered(10))).toEqual([': running 10 0', 'serve']);
  expect(demand.nextDeadline()).toBe(10 + IDLE_MS);
});

test('whatever happens, one command runs at most, and nobody waits where nothing comes up', () => {
  const step = fc.constantFrom('arrive', 'answered', 'exited', 'left', 'advance', 'gaveUp');
  const property = fc.property(fc.array(fc.tuple(step, fc.nat({ max: 700_000 })), { maxLength: 60 }), (steps) => {
    const demand = new Demand(IDLE_MS);
    let [now, running, waiting, open] = [0, 0, 0, 0];
    const act = (actions: readonly DemandAction[]): void => {
      for (const action of actions) {
        if (action.kind === 'start') running += 1;
        if (action.kind === 'release') {
          if (action.isServed) open += waiting;
          waiting = 0;
        }
      }
      expect(running).toBeLessThanOrEqual(1);
      if (running === 0) expect(waiting).toBe(0);
    };
    for (const [kind, afterMs] of steps) {
      now += afterMs;
      if (kind === 'arrive') {
        const { verdict, actions } = demand.arrive(now);
        if (verdict === 'wait') waiting += 1;
        if (verdict === 'serve') open += 1;
        act(actions);
      } else if (kind === 'answered' && running > 0) act(demand.answered(now));
      else if (kind === 'exited' && running > 0) {
        running = 0;
        act(demand.exited('it ended', now));
      } else if (kind === 'left' && open > 0) {
        open -= 1;
        demand.left(now, true);
      } else if (kind === 'gaveUp' && waiting > 0) {
        waiting -= 1;
        demand.gaveUp();
      } else if (kind === 'advance') act(demand.advance(now));
    }
  });
  fc.assert(property);
});
