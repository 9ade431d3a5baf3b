import { seededRandom } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { Race } from '../../src/engines/race.ts';
import { RetryBudget } from '../../src/engines/retry-budget.ts';
import { DialBudget } from '../../src/pool/dial-budget.ts';
import type { DialFailure } from '../../src/pool/dial-failure.ts';
import type { Endpoint } from '../../src/pool/endpoint.ts';
import { Pool } from '../../src/pool/pool.ts';
import { endpoint } from './fixtures.ts';

const STEP_MS = 10;
const MINUTE_MS = 60_000;

interface Client {
  readonly race: Race;
  dials: number;
  servedBy?: string;
}

/** A proxy whose clients dial nobody: what becomes of each dial, a step later, is what `answer` says. */
class World {
  readonly pool: Pool;
  /** What was dialled: when, and where. */
  readonly dialled: { readonly at: number; readonly endpoint: Endpoint }[] = [];
  now = 0;
  readonly #answer: (endpoint: Endpoint) => DialFailure | undefined;
  readonly #retries = new RetryBudget(0);
  readonly #clients: Client[] = [];

  constructor(answer: (endpoint: Endpoint) => DialFailure | undefined, seed: number, budget = new DialBudget()) {
    this.#answer = answer;
    this.pool = new Pool({ sources: ['mdns'], merge: 'union', balance: 'p2c', random: seededRandom(seed), budget });
  }

  add(...endpoints: readonly Endpoint[]): void {
    this.pool.apply('mdns', { kind: 'add', endpoints }, this.now);
  }

  connect(): Client {
    this.#retries.earn();
    const race = new Race({
      pick: (exclude) => this.pool.pick({ exclude }, this.now),
      mayDial: ({ id }) => this.pool.admitDial(id, this.now) !== 'refused',
      startedAt: this.now,
      timeoutMs: 10_000,
      budget: this.#retries,
    });
    const client: Client = { race, dials: 0 };
    this.#clients.push(client);
    return client;
  }

  runFor(durationMs: number, each: () => void = () => undefined): void {
    for (const end = this.now + durationMs; this.now < end; this.now += STEP_MS) {
      each();
      this.pool.advance(this.now);
      for (const client of this.#clients) {
        if (this.now >= client.race.nextDeadline() || client.dials === 0) this.#follow(client);
      }
    }
  }

  #follow(client: Client): void {
    let actions = client.race.advance(this.now);
    while (actions.length > 0) {
      const next = [];
      for (const action of actions) {
        if (action.kind === 'succeeded') this.pool.dialSucceeded(action.endpoint.id, this.now, 1);
        if (action.kind === 'failed') this.pool.dialFailed(action.endpoint.id, action.failure, this.now);
        if (action.kind !== 'dial') continue;
        client.dials += 1;
        this.dialled.push({ at: this.now, endpoint: action.endpoint });
        const failure = this.#answer(action.endpoint);
        // Nobody says anything: the race finds out.
        if (failure === 'timeout') continue;
        // Who resets has accepted before.
        if (failure === 'reset') {
          this.pool.dialSucceeded(action.endpoint.id, this.now, 1);
          client.race.connected(action.attempt, this.now);
        }
        if (failure !== undefined) next.push(...client.race.failed(action.attempt, failure, this.now));
        else {
          client.servedBy = action.endpoint.id;
          next.push(...client.race.connected(action.attempt, this.now));
        }
      }
      actions = next;
    }
  }
}

const isFake = ({ id }: Endpoint): boolean => id.startsWith('fake');
const refuseFakes = (one: Endpoint): DialFailure | undefined => (isFake(one) ? 'refused' : undefined);

/** What a host announces: ports of another. */
function fakesOf(announcer: string, count: number, change: Partial<Endpoint> = {}): readonly Endpoint[] {
  return Array.from({ length: count }, (_, index) =>
    endpoint(`fake ${index} of ${announcer}`, { announcer, port: 10_000 + index, ...change }),
  );
}

describe('a host that announces the ports of another', () => {
  function countDials(fakes: readonly Endpoint[]): number {
    const world = new World(refuseFakes, 1);
    world.add(...fakes);
    world.runFor(MINUTE_MS, () => {
      if (world.now % 100 === 0) world.connect();
    });
    return world.dialled.length;
  }

  test('has a proxy dial a hundred of them in a minute at most, however many clients come', () => {
    expect(countDials(fakesOf('10.0.0.66', 160))).toBeLessThanOrEqual(100);
  });

  test('or as many addresses', () => {
    const addresses = Array.from({ length: 8 }, (_, index) => `10.0.0.${index + 1}`);
    expect(countDials(fakesOf('10.0.0.66', 160, { addresses }))).toBeLessThanOrEqual(100);
  });

  test('delays no client of another’s, nor of one of his own that has answered before', () => {
    const world = new World(refuseFakes, 2);
    world.add(endpoint('own', { announcer: '10.0.0.66' }));
    world.connect();
    world.runFor(STEP_MS);
    world.add(...fakesOf('10.0.0.66', 160));
    world.runFor(MINUTE_MS, () => {
      if (world.now % 100 === 0) world.connect();
    });
    const late = world.connect();
    const [before] = [world.dialled.length];
    world.runFor(STEP_MS);
    expect(late.servedBy).toBe('own');
    expect(world.dialled.length).toBeGreaterThan(before);
    world.add(endpoint('other', { announcer: '10.0.0.1' }));
    world.pool.apply('mdns', { kind: 'remove', ids: ['own'] }, world.now);
    const next = world.connect();
    world.runFor(1_000);
    expect(next.servedBy).toBe('other');
  });
});

test('thirty services of a host that is new, four clients each at the same time, are all reached at once', () => {
  const budget = new DialBudget();
  const clients = Array.from({ length: 30 }, (_, index) => {
    const world = new World(() => undefined, index, budget);
    world.add(endpoint(`service ${index}`, { announcer: '10.0.0.1', port: 7_000 + index }));
    const four = Array.from({ length: 4 }, () => world.connect());
    world.runFor(STEP_MS);
    return four;
  });
  expect(clients.flat().filter(({ servedBy }) => servedBy === undefined)).toEqual([]);
});

test('what the user wrote down has no budget', () => {
  const world = new World(() => 'refused', 1);
  world.add(...Array.from({ length: 100 }, (_, index) => endpoint(`own ${index}`, { source: 'static' })));
  world.runFor(MINUTE_MS, () => {
    if (world.now % 100 === 0) world.connect();
  });
  expect(world.dialled.length).toBeGreaterThan(100);
});

describe.each([1, 2, 3, 4, 5])('fakes from twenty addresses (seed %i)', (seed) => {
  const flood = Array.from({ length: 20 }, (_, index) => fakesOf(`10.0.1.${index + 1}`, 60)).flat();
  const good = endpoint('good', { announcer: '10.0.0.1' });

  test.each(['refused', 'reset'] as const)(
    'that are %s do not keep the one known before from a single client',
    (failure) => {
      const world = new World((one) => (isFake(one) ? failure : undefined), seed);
      world.add(good);
      world.runFor(100);
      world.add(...flood);
      const first = world.connect();
      world.runFor(STEP_MS);
      expect(first.servedBy).toBe('good');
      expect(first.dials).toBeLessThanOrEqual(2);
      const later = Array.from({ length: 20 }, () => {
        const client = world.connect();
        world.runFor(100);
        return client;
      });
      expect(later.every(({ servedBy }) => servedBy === 'good')).toBe(true);
      expect(Math.max(...later.map(({ dials }) => dials))).toBeLessThanOrEqual(2);
    },
  );

  test('that are silent cost a client half a second', () => {
    const world = new World((one) => (isFake(one) ? 'timeout' : undefined), seed);
    world.add(good);
    world.runFor(100);
    world.add(...flood);
    const client = world.connect();
    world.runFor(500);
    expect(client.servedBy).toBe('good');
  });

  test('leave one that is announced after them a turn', () => {
    const world = new World(refuseFakes, seed);
    world.add(...flood);
    world.runFor(100);
    world.add(good);
    const client = world.connect();
    world.runFor(1_000);
    expect(client.servedBy).toBe('good');
    expect(client.dials).toBeLessThanOrEqual(22);
  });
});

test('without a failure the choice is the balancer’s: who is new gets clients beside one that has answered', () => {
  const world = new World(() => undefined, 1);
  world.add(endpoint('old', { announcer: 'a' }));
  world.connect();
  world.runFor(10_000);
  world.add(endpoint('new', { announcer: 'b' }));
  const clients = Array.from({ length: 50 }, () => {
    const client = world.connect();
    world.runFor(1_000);
    return client;
  });
  expect(new Set(clients.map(({ servedBy }) => servedBy))).toEqual(new Set(['old', 'new']));
});
