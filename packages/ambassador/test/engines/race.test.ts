import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Race, type RaceAction } from '../../src/engines/race.ts';
import type { Endpoint } from '../../src/pool/endpoint.ts';
import { Pool } from '../../src/pool/pool.ts';
import { pickFirst } from '../pool/fixtures.ts';

function endpoint(id: string, addresses: readonly string[] = [`10.0.0.${id.charCodeAt(0)}`]): Endpoint {
  const rank = { priority: 0, weight: 0, secure: false, draining: false };
  return { id, service: 'redis', addresses, port: 6379, source: 'test', ...rank };
}

/** A race over these endpoints, in this order; the set can be changed while it runs. */
function startRace(known: Endpoint[], timeoutMs = 5000, patience: { patienceMs?: () => number } = {}) {
  const race = new Race({
    ...patience,
    pick: (exclude) => pickFirst(known, exclude),
    startedAt: 0,
    timeoutMs,
  });
  return { race, actions: race.advance(0) };
}

/** `dial 1 a 10.0.0.97`, `cancel 1`, `failed a refused` ... */
function tell(actions: readonly RaceAction[]): string[] {
  return actions.map((action) => {
    switch (action.kind) {
      case 'dial':
        return `dial ${action.attempt} ${action.endpoint.id} ${action.address}`;
      case 'cancel':
        return `cancel ${action.attempt}`;
      case 'succeeded':
        return `succeeded ${action.endpoint.id} ${action.latencyMs}${action.isDetour ? ` at ${action.address}` : ''}`;
      case 'failed':
        return `failed ${action.endpoint.id} ${action.failure}`;
      case 'wait':
        return 'wait';
      case 'lost':
        return `lost ${action.lastFailure}`;
      default:
        return action satisfies never;
    }
  });
}

test('a further address is dialled only where that is allowed; then the endpoint has failed', () => {
  const known = [endpoint('a', ['10.0.0.1', '10.0.0.2', '10.0.0.3']), endpoint('b')];
  let left = 1;
  const race = new Race({
    pick: (exclude) => pickFirst(known, exclude),
    mayDial: () => left-- > 0,
    startedAt: 0,
    timeoutMs: 5_000,
  });
  expect(tell(race.advance(0))).toEqual(['dial 1 a 10.0.0.1']);
  expect(tell(race.failed(1, 'refused', 1))).toEqual(['dial 2 a 10.0.0.2']);
  expect(tell(race.failed(2, 'refused', 2))).toEqual(['failed a refused', 'dial 3 b 10.0.0.98']);
});

describe('an endpoint that answers', () => {
  test('wins, and nothing is due any more', () => {
    const { race, actions } = startRace([endpoint('a'), endpoint('b')]);
    expect(tell(actions)).toEqual(['dial 1 a 10.0.0.97']);
    expect(tell(race.connected(1, 3))).toEqual(['succeeded a 3']);
    expect(race.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    expect(race.advance(10_000)).toEqual([]);
  });

  test('that proves bad before a byte passed is followed by the next', () => {
    const { race } = startRace([endpoint('a'), endpoint('b')]);
    race.connected(1, 3);
    expect(tell(race.failed(1, 'reset', 5))).toEqual(['failed a reset', 'dial 2 b 10.0.0.98']);
    expect(tell(race.connected(2, 7))).toEqual(['succeeded b 2']);
  });

  test('too late for its own race is not heard', () => {
    const { race } = startRace([endpoint('a')], 200);
    race.advance(200);
    expect(race.connected(1, 201)).toEqual([]);
    expect(race.failed(1, 'refused', 201)).toEqual([]);
  });
});

describe('an endpoint that fails', () => {
  test('is followed by the next at once', () => {
    const { race } = startRace([endpoint('a'), endpoint('b')]);
    expect(tell(race.failed(1, 'refused', 1))).toEqual(['failed a refused', 'dial 2 b 10.0.0.98']);
  });

  test('at one address is tried at its next, and has failed when none is left', () => {
    const { race } = startRace([endpoint('a', ['10.0.0.1', 'fd00::1']), endpoint('b')]);
    expect(tell(race.failed(1, 'refused', 1))).toEqual(['dial 2 a fd00::1']);
    expect(tell(race.failed(2, 'unreachable', 2))).toEqual(['failed a unreachable', 'dial 3 b 10.0.0.98']);
  });

  test('is tried again after a growing pause when nobody else is left', () => {
    const { race } = startRace([endpoint('a')]);
    const pauses: number[] = [];
    for (let now = 0; now < 4000; ) {
      race.failed(pauses.length + 1, 'refused', now);
      pauses.push(race.nextDeadline() - now);
      now = race.nextDeadline();
      race.advance(now);
    }
    expect(pauses.slice(0, 5)).toEqual([100, 200, 400, 500, 500]);
  });

  test('gives the race to one that appeared meanwhile', () => {
    const known = [endpoint('a')];
    const { race } = startRace(known);
    race.failed(1, 'refused', 0);
    known.unshift(endpoint('b'));
    expect(tell(race.advance(100))).toEqual(['dial 2 b 10.0.0.98']);
  });

  test('without an address counts as unreachable', () => {
    const { actions } = startRace([endpoint('a', []), endpoint('b')]);
    expect(tell(actions)).toEqual(['failed a unreachable', 'dial 1 b 10.0.0.98']);
  });
});

describe('an endpoint that keeps silent', () => {
  test('gets company sooner where answers are known to come sooner', () => {
    const { race } = startRace([endpoint('a'), endpoint('b')], 5000, { patienceMs: () => 150 });
    expect(race.nextDeadline()).toBe(150);
    expect(tell(race.advance(150))).toEqual(['dial 2 b 10.0.0.98']);
  });

  test('gets company after 250 ms, and has failed when the other wins', () => {
    const { race } = startRace([endpoint('a'), endpoint('b')]);
    expect(race.nextDeadline()).toBe(250);
    expect(race.advance(249)).toEqual([]);
    expect(tell(race.advance(250))).toEqual(['dial 2 b 10.0.0.98']);
    expect(tell(race.connected(2, 253))).toEqual(['cancel 1', 'failed a timeout', 'succeeded b 3']);
  });

  test('may still win, and then the other has not failed', () => {
    const { race } = startRace([endpoint('a'), endpoint('b')]);
    race.advance(250);
    expect(tell(race.connected(1, 260))).toEqual(['cancel 2', 'succeeded a 260']);
  });

  test('is tried at its other address beside the next endpoint', () => {
    const { race } = startRace([endpoint('a', ['fd00::1', '10.0.0.1']), endpoint('b')]);
    expect(tell(race.advance(250))).toEqual(['dial 2 a 10.0.0.1', 'dial 3 b 10.0.0.98']);
    expect(tell(race.connected(2, 251))).toEqual(['cancel 1', 'cancel 3', 'succeeded a 1 at 10.0.0.1']);
  });

  test('is joined by at most five others', () => {
    const { race } = startRace(Array.from('abcdefghij', (id) => endpoint(id)));
    let dials = 1;
    for (let now = 250; now < 4000; now += 250) {
      dials += race.advance(now).filter(({ kind }) => kind === 'dial').length;
    }
    expect(dials).toBe(6);
  });

  test('has failed when the time is over', () => {
    const { race } = startRace([endpoint('a')], 1000);
    race.advance(250);
    race.advance(500);
    race.advance(750);
    expect(tell(race.advance(1000))).toEqual(['cancel 1', 'failed a timeout', 'lost timeout']);
    expect(race.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test('is not blamed when this process itself was late', () => {
    const { race } = startRace([endpoint('a'), endpoint('b')], 1000);
    expect(race.advance(1200)).toEqual([]);
    expect(race.nextDeadline()).toBe(1450);
    expect(tell(race.connected(1, 1201))).toEqual(['succeeded a 1201']);
  });

  test('is blamed in the end, however late this process is', () => {
    const { race } = startRace([endpoint('a')], 1000);
    race.advance(1200);
    expect(tell(race.advance(3000))).toEqual(['cancel 1', 'failed a timeout', 'lost timeout']);
  });
});

describe('without an endpoint', () => {
  test('the race waits and starts when there is one', () => {
    const known: Endpoint[] = [];
    const { race, actions } = startRace(known);
    expect(tell(actions)).toEqual(['wait']);
    expect(race.nextDeadline()).toBe(5000);
    known.push(endpoint('a'));
    expect(tell(race.advance(700))).toEqual(['dial 1 a 10.0.0.97']);
  });

  test('the race is lost when none came', () => {
    const { race } = startRace([]);
    expect(tell(race.advance(5000))).toEqual(['lost undefined']);
  });

  test('the race waits on where who came is gone again', () => {
    const { race } = startRace([]);
    expect(tell(race.advance(1))).toEqual(['wait']);
    expect(race.nextDeadline()).toBe(5000);
  });

  test.each(['exhausted', 'unaffordable'] as const)(
    'a pool that is %s is asked again after a pause, not at once',
    (kind) => {
      const race = new Race({ pick: () => ({ kind }), startedAt: 0, timeoutMs: 5000 });
      expect(tell(race.advance(0))).toEqual([]);
      expect(race.nextDeadline()).toBe(100);
      expect(tell(race.advance(100))).toEqual([]);
      expect(race.nextDeadline()).toBe(300);
    },
  );
});

test('whatever the dials do, the race ends in time, dials nobody twice at once and cancels what it began', () => {
  const step = fc.record({
    afterMs: fc.nat(400),
    fate: fc.constantFrom('connect', 'fail', 'silence'),
    which: fc.nat(9),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 5 }), (steps, count) => {
      const known = Array.from('abcde'.slice(0, count), (id) => endpoint(id, ['10.0.0.1', '10.0.0.2']));
      const race = new Race({ pick: (tried) => pickFirst(known, tried), startedAt: 0, timeoutMs: 2000 });
      const live = new Map<number, string>();
      let ended: 'succeeded' | 'lost' | undefined;
      const follow = (actions: readonly RaceAction[]): void => {
        for (const action of actions) {
          if (action.kind === 'dial') {
            const place = `${action.endpoint.id} ${action.address}`;
            expect([...live.values()]).not.toContain(place);
            live.set(action.attempt, place);
          }
          if (action.kind === 'cancel') expect(live.delete(action.attempt)).toBe(true);
          if (action.kind === 'succeeded' || action.kind === 'lost') ended = action.kind;
        }
      };
      let now = 0;
      follow(race.advance(now));
      for (const { afterMs, fate, which } of steps) {
        if (ended !== undefined) break;
        now = Math.min(now + afterMs, race.nextDeadline());
        const attempt = [...live.keys()][which];
        if (attempt === undefined || fate === 'silence') follow(race.advance(now));
        else {
          live.delete(attempt);
          follow(fate === 'connect' ? race.connected(attempt, now) : race.failed(attempt, 'refused', now));
        }
      }
      while (ended === undefined) {
        expect(race.nextDeadline()).toBeLessThanOrEqual(2000);
        now = race.nextDeadline();
        follow(race.advance(now));
      }
      expect(live.size).toBe(0);
    }),
  );
});

describe('a budget that is used up', () => {
  /** A budget that has something left while the test says so. */
  function startPoorRace(known: Endpoint[], left: { now: boolean }) {
    let spent = 0;
    const race = new Race({
      pick: (exclude) => pickFirst(known, exclude),
      startedAt: 0,
      timeoutMs: 5_000,
      budget: {
        hasLeft: () => left.now,
        spend: () => {
          spent += 1;
        },
      },
    });
    return { race, actions: race.advance(0), spent: () => spent };
  }

  test('never denies the first dial, and lets further ones wait', () => {
    const left = { now: false };
    const { race, actions, spent } = startPoorRace([endpoint('a'), endpoint('b')], left);
    expect(tell(actions)).toEqual(['dial 1 a 10.0.0.97']);
    expect(tell(race.failed(1, 'refused', 1))).toEqual(['failed a refused']);
    expect(race.nextDeadline()).toBe(101);
    expect(race.advance(101)).toEqual([]);
    expect(spent()).toBe(0);
    left.now = true;
    expect(tell(race.advance(301))).toEqual(['dial 2 a 10.0.0.97']);
    expect(spent()).toBe(1);
  });

  test('does not race, but goes on waiting for who is being dialled', () => {
    const left = { now: false };
    const { race } = startPoorRace([endpoint('a'), endpoint('b')], left);
    expect(race.advance(250)).toEqual([]);
    expect(race.nextDeadline()).toBe(500);
    left.now = true;
    expect(tell(race.advance(500))).toEqual(['dial 2 b 10.0.0.98']);
  });

  test('does not keep an endpoint from being tried at its other addresses', () => {
    const { race, spent } = startPoorRace([endpoint('a', ['10.0.0.1', 'fd00::1'])], { now: false });
    expect(tell(race.failed(1, 'refused', 1))).toEqual(['dial 2 a fd00::1']);
    expect(spent()).toBe(1);
  });
});

describe('an endpoint of which one address is out of date', () => {
  const moved = endpoint('a', ['10.0.0.1', '10.0.0.2']);

  test('is reached by a detour, whether that address is silent or refuses', () => {
    const { race } = startRace([moved]);
    expect(tell(race.advance(250))).toEqual(['dial 2 a 10.0.0.2']);
    expect(tell(race.connected(2, 252))).toEqual(['cancel 1', 'succeeded a 2 at 10.0.0.2']);
    const { race: refused } = startRace([moved]);
    refused.failed(1, 'refused', 1);
    expect(tell(refused.connected(2, 2))).toEqual(['succeeded a 1 at 10.0.0.2']);
  });

  test('is reached by none where the first address answers late, after all', () => {
    const { race } = startRace([moved]);
    race.advance(250);
    expect(tell(race.connected(1, 260))).toEqual(['cancel 2', 'succeeded a 260']);
  });

  test('costs one connection the wait, and not each', () => {
    const pool = new Pool({ sources: ['mdns'], merge: 'union', balance: 'first', random: () => 0 });
    pool.apply('mdns', { kind: 'add', endpoints: [moved] }, 0);
    const connect = (startedAt: number): number => {
      const pick = (exclude: ReadonlySet<string>) => pool.pick({ exclude }, startedAt);
      const race = new Race({ pick, startedAt, timeoutMs: 5_000 });
      let now = startedAt;
      for (let actions = race.advance(now); ; actions = race.advance(now)) {
        const answered = actions.find((action) => action.kind === 'dial' && action.address === '10.0.0.2');
        if (answered?.kind === 'dial') {
          for (const action of race.connected(answered.attempt, now)) {
            if (action.kind === 'succeeded') pool.dialSucceeded('a', now, action.latencyMs, action.address);
          }
          return now - startedAt;
        }
        now = race.nextDeadline();
      }
    };
    expect([0, 1_000, 2_000].map(connect)).toEqual([250, 0, 0]);
    pool.apply('mdns', { kind: 'add', endpoints: [{ ...moved, weight: 5 }] }, 3_000);
    expect(connect(4_000)).toBe(0);
  });
});
