import { duplexPair } from 'node:stream';
import type { Check, CheckOutcome, DialService } from '@mdns-ambassador/checks';
import { RelayError, type Target } from '@mdns-ambassador/relay';
import { ManualClock, seededRandom, Uncaught } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { createAmbassador } from '../src/ambassador.ts';
import type { CarriedBytes, EndpointPicker, Engine, EngineCounters, EngineEvent } from '../src/engines/engine.ts';
import type { Endpoint } from '../src/pool/endpoint.ts';
import type { ProxyEvent } from '../src/proxy-event.ts';
import type { ProxyCheck, ProxyOptions } from '../src/proxy-options.ts';
import { OwnLinks } from '../src/service/own-links.ts';
import type { ServiceConnectionReport } from '../src/service/service-traffic.ts';
import { endpoint, picked } from './pool/fixtures.ts';
import { ScriptedSource } from './scripted-source.ts';

const LISTEN: Target = { kind: 'tcp', address: '127.0.0.1', port: 6379 };
const NONE: ReadonlySet<string> = new Set();

/** An engine without sockets: the test plays the clients. */
class ScriptedEngine implements Engine {
  readonly counters: EngineCounters = {
    active: 1,
    accepted: 7,
    failed: 2,
    retried: 3,
    dropped: 4,
    overload: 5,
    bytesUp: 500,
    bytesDown: 600,
  };
  readonly resets: string[] = [];
  /** A reset ends what the picker counts. */
  ended: () => void = () => undefined;
  readonly excepted: Endpoint[] = [];
  unanswered: ReadonlyMap<string, Endpoint> = new Map();
  /** How many the kernel says are not acknowledged. */
  unacknowledged = 0;
  readonly looks: string[] = [];
  readonly picker: EndpointPicker;
  readonly onEvent: (event: EngineEvent) => void;
  closes = 0;
  stops = 0;
  drains: number[] = [];
  failure: Error | undefined;
  listCarried?: () => ReadonlyMap<string, CarriedBytes>;

  constructor(picker: EndpointPicker, onEvent: (event: EngineEvent) => void) {
    this.picker = picker;
    this.onEvent = onEvent;
  }

  async start(): Promise<readonly Target[]> {
    if (this.failure !== undefined) throw this.failure;
    return [LISTEN];
  }

  resetConnectionsOf(id: string, except?: Endpoint): number {
    this.resets.push(id);
    this.ended();
    if (except !== undefined) this.excepted.push(except);
    return 3;
  }

  listUnanswered(): ReadonlyMap<string, Endpoint> {
    return this.unanswered;
  }

  async resetUnacknowledged(id: string): Promise<number> {
    this.looks.push(id);
    return this.unacknowledged;
  }

  async stopListening(): Promise<void> {
    this.stops += 1;
  }

  async drain(timeoutMs: number): Promise<{ readonly finished: number; readonly reset: number }> {
    this.drains.push(timeoutMs);
    return { finished: 4, reset: 1 };
  }

  async close(): Promise<void> {
    this.closes += 1;
  }
}

/** A check of every endpoint that finds what the test says. */
class ScriptedCheck implements ProxyCheck {
  readonly intervalMs = 1_000;
  readonly outcomes = new Map<string, CheckOutcome>();

  /** Looks end after this. */
  gate: Promise<void> = Promise.resolve();

  readonly create = ({ id }: Endpoint): Check => ({
    run: async () => {
      await this.gate;
      return this.outcomes.get(id) ?? { ok: true };
    },
  });
}

/** Nobody answers, until the dial is given up. */
const dialSilence: DialService = (_, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new RelayError('ABORTED', 'given up')));
  });

function createWorld(change: Partial<ProxyOptions> = {}, dial: DialService = dialSilence) {
  const clock = new ManualClock();
  const source = new ScriptedSource();
  const engines: ScriptedEngine[] = [];
  const events: ProxyEvent[] = [];
  const connections: ServiceConnectionReport[] = [];
  const proxy: ProxyOptions = {
    service: 'redis',
    listen: [LISTEN],
    sources: [source],
    merge: 'union',
    balance: 'p2c',
    connectTimeoutMs: 5_000,
    onEndpointLost: 'keep',
    drainTimeoutMs: 30_000,
    maxConnections: 100,
    ...change,
  };
  const own = { address: '10.0.0.2', isUp: true, carrierChanges: undefined };
  const links = new OwnLinks({
    clock,
    read: () => (own.isUp ? [own] : []),
    findSourceAddress: async () => ({ source: own.address }),
  });
  const ambassador = createAmbassador({
    proxies: [proxy],
    clock,
    links,
    random: seededRandom(1),
    dial,
    createEngine: (_, picker, onEvent) => {
      const engine = new ScriptedEngine(picker, onEvent);
      engines.push(engine);
      return engine;
    },
    onEvent: (event) => events.push(event),
    onConnection: (connection) => connections.push(connection),
  });
  const [engine] = engines;
  if (engine === undefined) throw new Error('no engine was made');
  const kinds = (): readonly string[] => events.map(({ kind }) => kind);
  return { ambassador, clock, own, source, engine, picker: engine.picker, events, connections, kinds };
}

describe('from source to pick', () => {
  test('listens, tells where, and picks what its source finds', async () => {
    const { ambassador, source, picker, events } = createWorld();
    await ambassador.start();
    expect(picker.pick({ exclude: NONE })).toEqual({ kind: 'nobody' });
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    expect(picker.pick({ exclude: NONE })).toEqual({ kind: 'endpoint', endpoint: endpoint('a') });
    expect(events).toEqual([
      { kind: 'listening', service: 'redis', at: [LISTEN] },
      { kind: 'endpoint-added', service: 'redis', endpoint: endpoint('a'), state: 'ready' },
    ]);
  });

  test('does not look for endpoints when it cannot listen, and closes what it opened', async () => {
    const { ambassador, engine, source } = createWorld();
    engine.failure = new Error('EADDRINUSE');
    await expect(ambassador.start()).rejects.toThrow('EADDRINUSE');
    expect(source.isStarted).toBe(false);
    expect(engine.closes).toBe(1);
  });

  test('tells updates and removals with their reason', async () => {
    const { ambassador, source, events } = createWorld();
    await ambassador.start();
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    source.tell({ kind: 'add', endpoints: [endpoint('a', { port: 7000 })] });
    source.tell({ kind: 'remove', ids: ['a'], reason: 'said goodbye' });
    expect(events.slice(2)).toEqual([
      { kind: 'endpoint-updated', service: 'redis', endpoint: endpoint('a', { port: 7000 }), state: 'ready' },
      {
        kind: 'endpoint-removed',
        service: 'redis',
        endpoint: endpoint('a', { port: 7000 }),
        state: 'ready',
        reason: 'said goodbye',
      },
    ]);
  });

  test('one that leads back here is in no state', async () => {
    const { ambassador, source, events } = createWorld();
    await ambassador.start();
    const own = endpoint('me', { addresses: ['127.0.0.1'] });
    source.tell({ kind: 'add', endpoints: [own] });
    expect(events.slice(1)).toEqual([{ kind: 'leads-back', service: 'redis', endpoint: own }]);
  });

  test('one that is taken out of use and leaves is told as it was, and so is the reset of what it carried', async () => {
    const { ambassador, source, engine, picker, events } = createWorld({ onEndpointLost: 'close' });
    await ambassador.start();
    source.tell({ kind: 'add', endpoints: [endpoint('a'), endpoint('b')] });
    engine.ended = picker.opened('a');
    picker.dialFailed('a', 'refused');
    source.tell({ kind: 'remove', ids: ['a'], reason: 'said goodbye' });
    expect(events.slice(-2)).toMatchObject([
      { kind: 'endpoint-removed', endpoint: { id: 'a' }, state: 'ejected' },
      { kind: 'connections-reset', endpoint: { id: 'a' }, state: 'ejected' },
    ]);
  });
});

describe('the outcome of a dial', () => {
  test('a failure ejects the endpoint and makes its source look again', async () => {
    const { ambassador, source, picker, events } = createWorld();
    await ambassador.start();
    source.tell({ kind: 'add', endpoints: [endpoint('a'), endpoint('b')] });
    picker.dialFailed('a', 'refused');
    expect(source.verified).toEqual(['a']);
    expect(events.at(-1)).toMatchObject({ kind: 'endpoint-state', state: 'ejected', reason: 'refuses connections' });
    for (let pick = 0; pick < 20; pick++) expect(picked(picker.pick({ exclude: NONE }))?.id).toBe('b');
  });

  test('so does an address that did not answer, where another of the endpoint does', async () => {
    const { ambassador, source, picker } = createWorld();
    await ambassador.start();
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    picker.dialSucceeded('a', 1, { address: '10.0.0.2', isDetour: false });
    expect(source.verified).toEqual([]);
    picker.dialSucceeded('a', 1, { address: '10.0.0.2', isDetour: true });
    expect(source.verified).toEqual(['a']);
  });

  test('a fault of our own does neither', async () => {
    const { ambassador, source, picker, kinds } = createWorld();
    await ambassador.start();
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    picker.dialFailed('a', 'local');
    expect(source.verified).toEqual([]);
    expect(kinds()).not.toContain('endpoint-state');
  });

  test('one timer brings the ejected endpoint back, and none is left after close', async () => {
    const { ambassador, source, picker, events, clock } = createWorld();
    await ambassador.start();
    source.tell({ kind: 'add', endpoints: [endpoint('a'), endpoint('b'), endpoint('c'), endpoint('d')] });
    picker.dialFailed('a', 'refused');
    picker.dialFailed('b', 'refused');
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1_000);
    const probations = events.filter((event) => event.kind === 'endpoint-state' && event.state === 'probation');
    expect(probations).toHaveLength(2);
    picker.dialSucceeded('a', 1);
    expect(events.at(-1)).toMatchObject({ kind: 'endpoint-state', endpoint: { id: 'a' }, state: 'ready' });
    picker.dialFailed('b', 'refused');
    await ambassador.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('clients that come before the first endpoint', () => {
  test('wait, go on as soon as there is one, and the wait is told once', async () => {
    const { ambassador, source, picker, events } = createWorld();
    await ambassador.start();
    const signal = new AbortController().signal;
    const waits = Array.from({ length: 5 }, () => picker.waitForEndpoint(signal));
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    await Promise.all(waits);
    expect(events.filter(({ kind }) => kind === 'no-endpoint')).toEqual([
      { kind: 'no-endpoint', service: 'redis', waiting: 1, known: 0, refused: [] },
    ]);
  });

  test('it is told again only after there was an endpoint in between', async () => {
    const { ambassador, source, picker, kinds } = createWorld();
    await ambassador.start();
    const controller = new AbortController();
    const wait = async (): Promise<void> => {
      await picker.waitForEndpoint(controller.signal);
    };
    const first = wait();
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    await first;
    source.tell({ kind: 'remove', ids: ['a'] });
    const second = wait();
    expect(kinds().filter((kind) => kind === 'no-endpoint')).toHaveLength(2);
    controller.abort(new Error('in time'));
    await expect(second).rejects.toThrow('in time');
  });
});

describe('what only the engine sees', () => {
  test('unreachable is told once, until a dial succeeds', async () => {
    const { ambassador, engine, picker, kinds } = createWorld();
    await ambassador.start();
    const unreachable = (): number => kinds().filter((kind) => kind === 'unreachable').length;
    for (let client = 0; client < 100; client++) engine.onEvent({ kind: 'unreachable', reason: 'all refuse' });
    expect(unreachable()).toBe(1);
    picker.dialSucceeded('a', 1);
    engine.onEvent({ kind: 'unreachable', reason: 'all refuse' });
    expect(unreachable()).toBe(2);
  });

  test('a full house is told every 10 s at most', async () => {
    const { ambassador, engine, clock, events } = createWorld();
    await ambassador.start();
    for (let second = 0; second < 20; second++) {
      engine.onEvent({ kind: 'connections-full', limit: 100 });
      await clock.advance(1_000);
    }
    expect(events.filter(({ kind }) => kind === 'connections-full')).toEqual([
      { kind: 'connections-full', service: 'redis', limit: 100 },
      { kind: 'connections-full', service: 'redis', limit: 100 },
    ]);
  });
});

test('of those who are turned away the first is told of, and how many were since', async () => {
  const { ambassador, engine, clock, events } = createWorld();
  await ambassador.start();
  for (let client = 0; client < 160; client++) engine.onEvent({ kind: 'overload', queue: 'dial' });
  await clock.advance(20_000);
  expect(events.filter(({ kind }) => kind === 'overload')).toEqual([
    { kind: 'overload', service: 'redis', clients: 1, queue: 'dial' },
    { kind: 'overload', service: 'redis', clients: 159, queue: 'dial' },
  ]);
  await ambassador.close();
});

describe('established connections of an endpoint that is lost', () => {
  const lose = async (onEndpointLost: ProxyOptions['onEndpointLost']) => {
    const world = createWorld({ onEndpointLost });
    await world.ambassador.start();
    world.source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    world.source.tell({ kind: 'remove', ids: ['a'] });
    return world;
  };

  test('keep: they stay', async () => {
    const { engine, clock } = await lose('keep');
    await clock.advance(3_600_000);
    expect(engine.resets).toEqual([]);
  });

  test('close: they are reset at once', async () => {
    expect((await lose('close')).engine.resets).toEqual(['a']);
  });

  test('drain: they are reset after the drain timeout', async () => {
    const { engine, clock } = await lose('drain');
    await clock.advance(29_999);
    expect(engine.resets).toEqual([]);
    await clock.advance(1);
    expect(engine.resets).toEqual(['a']);
  });

  test('drain: they stay when the endpoint comes back meanwhile', async () => {
    const { engine, clock, source } = await lose('drain');
    await clock.advance(10_000);
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    await clock.advance(60_000);
    expect(engine.resets).toEqual([]);
  });

  test('drain: no timer is left after close', async () => {
    const { ambassador, clock } = await lose('drain');
    await ambassador.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('an endpoint that another source’s takes the place of is not lost', async () => {
    const fallback = new ScriptedSource('static');
    const first = new ScriptedSource('mdns');
    const { ambassador, engine } = createWorld({
      onEndpointLost: 'close',
      merge: 'fallback',
      sources: [first, fallback],
    });
    await ambassador.start();
    fallback.tell({ kind: 'reset', endpoints: [endpoint('s')] });
    first.tell({ kind: 'add', endpoints: [endpoint('m')] });
    expect(engine.resets).toEqual([]);
  });
});

describe('an endpoint that moves to another place', () => {
  const move = async (onEndpointLost: ProxyOptions['onEndpointLost']) => {
    const world = createWorld({ onEndpointLost });
    await world.ambassador.start();
    world.source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    world.source.tell({ kind: 'add', endpoints: [endpoint('a', { port: 7_000 })] });
    return world;
  };

  test('close: what it carried at the old one is reset, what it carries at the new one is not', async () => {
    const { engine, events } = await move('close');
    expect(engine.resets).toEqual(['a']);
    expect(engine.excepted).toEqual([endpoint('a', { port: 7_000 })]);
    expect(events.at(-1)).toEqual({
      kind: 'connections-reset',
      service: 'redis',
      endpoint: endpoint('a'),
      state: 'ready',
      count: 3,
      reason: 'it has moved',
    });
  });

  test('keep: nothing is reset', async () => {
    expect((await move('keep')).engine.resets).toEqual([]);
  });

  test('drain: it may finish, and what goes back to the old place stays', async () => {
    const { engine, clock, source } = await move('drain');
    await clock.advance(10_000);
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    await clock.advance(60_000);
    expect(engine.excepted).toEqual([endpoint('a')]);
  });
});

describe('active checks', () => {
  const start = async (change: Partial<ProxyOptions> = {}, check: ScriptedCheck = new ScriptedCheck()) => {
    const world = createWorld({ check, ...change });
    await world.ambassador.start();
    world.source.tell({ kind: 'add', endpoints: [endpoint('a'), endpoint('b')] });
    return { ...world, check };
  };

  test('clients wait until an endpoint has passed', async () => {
    let open = (): void => undefined;
    const check = new ScriptedCheck();
    check.gate = new Promise((resolve) => {
      open = resolve;
    });
    const { ambassador, clock, picker, events } = await start({}, check);
    expect(picker.pick({ exclude: NONE })).toEqual({ kind: 'nobody' });
    const waiting = picker.waitForEndpoint(new AbortController().signal);
    expect(events.slice(1)).toMatchObject([
      { kind: 'endpoint-added', state: 'probation' },
      { kind: 'endpoint-added', state: 'probation' },
      { kind: 'no-endpoint', service: 'redis', waiting: 1, known: 2, refused: [] },
    ]);
    open();
    await waiting;
    expect(picker.pick({ exclude: NONE })).toMatchObject({ kind: 'endpoint' });
    await ambassador.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('one that freezes is not picked, and what was caught there is reset, although it would be kept', async () => {
    const { clock, check, engine, picker, events } = await start({ onEndpointLost: 'keep' });
    await clock.advance(0);
    check.outcomes.set('a', { ok: false, reason: 'does not answer in time', fault: 'silent' });
    await clock.advance(1_100);
    for (let pick = 0; pick < 20; pick++) expect(picked(picker.pick({ exclude: NONE }))?.id).toBe('b');
    expect(engine.resets).toEqual(['a']);
    expect(events.at(-1)).toMatchObject({
      kind: 'connections-reset',
      state: 'ejected',
      reason: 'does not answer in time',
    });
  });

  test('all that are silent while the own link is lost keep what they carry, and are picked as before', async () => {
    const { clock, own, check, engine, picker, events } = await start({ onEndpointLost: 'close' });
    await clock.advance(0);
    const told = events.length;
    const silent = { ok: false, reason: 'does not answer in time', fault: 'silent' } as const;
    const noRoute = { ok: false, reason: 'there is no way to it', fault: 'unreachable' } as const;
    own.isUp = false;
    for (const [id, outcome] of [['a', silent] as const, ['b', noRoute] as const]) check.outcomes.set(id, outcome);
    await clock.advance(3_000);
    own.isUp = true;
    await clock.advance(200);
    check.outcomes.clear();
    await clock.advance(10_000);
    expect(engine.resets).toEqual([]);
    expect(events.slice(told)).toEqual([]);
    expect(picker.pick({ exclude: NONE })).toMatchObject({ kind: 'endpoint' });
  });

  test('one that becomes a replica is not picked, and the user decides about its connections', async () => {
    for (const [onEndpointLost, resets] of [
      ['keep', []],
      ['close', ['a']],
    ] as const) {
      const { clock, check, engine, picker } = await start({ onEndpointLost });
      await clock.advance(0);
      check.outcomes.set('a', { ok: false, reason: 'is a replica' });
      await clock.advance(1_100);
      expect(picked(picker.pick({ exclude: NONE }))?.id).toBe('b');
      expect(engine.resets).toEqual(resets);
    }
  });

  test('drain: a replica that is promoted again in time keeps its connections', async () => {
    const { clock, check, engine } = await start({ onEndpointLost: 'drain' });
    await clock.advance(0);
    check.outcomes.set('a', { ok: false, reason: 'is a replica' });
    await clock.advance(5_000);
    check.outcomes.set('a', { ok: true });
    await clock.advance(60_000);
    expect(engine.resets).toEqual([]);
  });
});

describe('a host that vanishes while connections wait for its answer', () => {
  const start = async () => {
    const world = createWorld({ onEndpointLost: 'keep' });
    await world.ambassador.start();
    world.source.tell({ kind: 'add', endpoints: [endpoint('a'), endpoint('b')] });
    world.picker.opened('a');
    return world;
  };

  test('is dialled beside them once they go unanswered, and they are reset when nobody acknowledges', async () => {
    const { clock, engine, source, events } = await start();
    await clock.advance(60_000);
    expect(source.verified).toEqual([]);
    engine.unanswered = new Map([['a', endpoint('a')]]);
    await clock.advance(6_000);
    expect(engine.looks).toEqual(['a']);
    engine.unacknowledged = 3;
    await clock.advance(5_000);
    expect(engine.looks).toEqual(['a', 'a']);
    expect(engine.resets).toEqual([]);
    expect(events.at(-1)).toEqual({
      kind: 'connections-reset',
      service: 'redis',
      endpoint: endpoint('a'),
      state: 'ready',
      count: 3,
      reason: 'nobody acknowledges what is sent there',
    });
  });

  test('one that has left meanwhile is told in the state in which it left', async () => {
    const { clock, engine, source, events } = await start();
    source.tell({ kind: 'gone', ids: ['a'], reason: 'not heard of when asked again' });
    source.tell({ kind: 'remove', ids: ['a'], reason: 'said goodbye' });
    engine.unanswered = new Map([['a', endpoint('a')]]);
    engine.unacknowledged = 3;
    await clock.advance(6_000);
    expect(events.at(-1)).toMatchObject({ kind: 'connections-reset', endpoint: { id: 'a' }, state: 'stale' });
  });

  test('one whose accept queue is full for ten minutes keeps them, with or without its announcement', async () => {
    const { clock, engine, picker, source, events } = await start();
    engine.unanswered = new Map([['a', endpoint('a')]]);
    source.tell({ kind: 'gone', ids: ['a'], reason: 'not heard of when asked again' });
    for (let second = 0; second < 600; second++) {
      picker.dialSucceeded('b', 1);
      await clock.advance(1_000);
    }
    expect(engine.looks.length).toBeGreaterThan(60);
    expect(engine.resets).toEqual([]);
    expect(events.map(({ kind }) => kind)).not.toContain('connections-reset');
    expect(events.map(({ kind }) => kind)).toContain('endpoint-removed');
  });

  test('one that answers dials is not looked at, however long it takes for its answer', async () => {
    const world = createWorld({ onEndpointLost: 'keep' }, async () => duplexPair()[0]);
    await world.ambassador.start();
    world.source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    world.picker.opened('a');
    world.engine.unanswered = new Map([['a', endpoint('a')]]);
    await world.clock.advance(600_000);
    expect(world.engine.looks).toEqual([]);
  });

  test('connections at a place that the endpoint has left are looked at, and the new place is not blamed', async () => {
    const { clock, engine, source, ambassador } = await start();
    source.tell({ kind: 'add', endpoints: [endpoint('a', { addresses: ['10.0.0.99'] })] });
    engine.unanswered = new Map([['a', endpoint('a')]]);
    await clock.advance(60_000);
    expect(engine.looks.length).toBeGreaterThan(5);
    expect(ambassador.status()[0]?.endpoints).toMatchObject([{ state: 'ready' }, { state: 'ready' }]);
  });
});

describe('stale endpoints', () => {
  test('that answer make their source look again, and one that is heard of again does so for all', async () => {
    const { ambassador, source, picker } = createWorld();
    await ambassador.start();
    source.tell({ kind: 'add', endpoints: [endpoint('a'), endpoint('b'), endpoint('c')] });
    picker.dialSucceeded('a', 1);
    expect(source.verified).toEqual([]);
    source.tell({ kind: 'gone', ids: ['a', 'b', 'c'] });
    picker.dialSucceeded('a', 1);
    expect(source.verified).toEqual(['a']);
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    expect(source.verified).toEqual(['a', 'b', 'c']);
  });
});

describe('status', () => {
  test('has the shape of CONTRACT 3', async () => {
    const { ambassador, source, picker } = createWorld();
    await ambassador.start();
    source.tell({ kind: 'add', endpoints: [endpoint('redis on h1', { addresses: ['10.99.0.1', 'fe80::1%eth0'] })] });
    picker.opened('redis on h1');
    picker.opened('redis on h1')();
    expect(ambassador.status()).toEqual([
      {
        service: 'redis',
        listen: ['127.0.0.1:6379'],
        engine: 'node',
        balance: 'p2c',
        endpoints: [
          {
            service: 'redis',
            address: '10.99.0.1',
            port: 6379,
            instance: 'redis on h1',
            priority: 0,
            weight: 0,
            secure: false,
            source: 'mdns',
            state: 'ready',
            active: 1,
            total: 2,
            failures: 0,
          },
        ],
        connections: { active: 1, accepted: 7, failed: 2, retried: 3, dropped: 4, overload: 5 },
        bytesUp: 500,
        bytesDown: 600,
        ready: true,
        since: '2026-01-01T00:00:00.000Z',
      },
    ]);
  });
});

describe('the end', () => {
  test('drain lets the engine finish within the drain timeout and tells the outcome', async () => {
    const { ambassador, engine, events } = createWorld();
    await ambassador.start();
    await Promise.all([ambassador.drain(), ambassador.drain()]);
    expect(engine.drains).toEqual([30_000]);
    expect(events.at(-1)).toEqual({ kind: 'drained', service: 'redis', finished: 4, reset: 1 });
  });

  test('stops listening without a drain, and drains for as long as it is told to', async () => {
    const { ambassador, engine } = createWorld();
    await ambassador.start();
    await ambassador.stopListening();
    expect([engine.stops, engine.drains]).toEqual([1, []]);
    await ambassador.drain(5);
    expect(engine.drains).toEqual([5]);
  });

  test('close ends engine and sources once, and nothing is told afterwards', async () => {
    const { ambassador, engine, source, events } = createWorld();
    await ambassador.start();
    await Promise.all([ambassador.close(), ambassador[Symbol.asyncDispose]()]);
    expect([engine.closes, source.closes]).toEqual([1, 1]);
    const count = events.length;
    source.tell({ kind: 'add', endpoints: [endpoint('late')] });
    engine.onEvent({ kind: 'unreachable', reason: 'late' });
    expect(events).toHaveLength(count);
  });

  test('started twice is started once', async () => {
    const { ambassador, kinds } = createWorld();
    await Promise.all([ambassador.start(), ambassador.start()]);
    expect(kinds()).toEqual(['listening']);
  });
});

describe('what metrics need', () => {
  test('ejections, and when a source spoke last', async () => {
    const { ambassador, clock, source, picker } = createWorld();
    await ambassador.start();
    expect(ambassador.traffic()[0]?.sources).toEqual([{ name: source.name }]);
    source.tell({ kind: 'add', endpoints: [endpoint('a'), endpoint('b')] });
    picker.dialFailed('a', 'refused');
    const heardAt = clock.wallClock();
    await clock.advance(400);
    expect(ambassador.traffic()).toMatchObject([
      {
        service: 'redis',
        ejections: 1,
        sources: [{ name: source.name, heardAt }],
      },
    ]);
  });

  test('dials by how long they took, or by why they failed, and connections by how long they lived', async () => {
    const { ambassador, clock, source, picker } = createWorld();
    await ambassador.start();
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    picker.dialSucceeded('a', 12);
    picker.dialFailed('a', 'timeout');
    const ended = picker.opened('a');
    await clock.advance(40);
    ended();
    const [traffic] = ambassador.traffic();
    expect(traffic).toMatchObject({
      dialSeconds: { sum: 0.012 },
      dialFailures: { timeout: 1 },
      connectionSeconds: { sum: 0.04 },
    });
    expect(traffic?.dialSeconds.counts.at(-1)).toBe(1);
    expect(traffic?.connectionSeconds.counts.at(-1)).toBe(1);
  });

  test('bytes by endpoint, of connections that have ended and of those that are open', async () => {
    const { ambassador, engine, source, picker } = createWorld();
    await ambassador.start();
    source.tell({ kind: 'add', endpoints: [endpoint('a'), endpoint('b')] });
    picker.opened('a')(10, 20);
    expect(ambassador.status()[0]?.endpoints[0]).not.toHaveProperty('bytesUp');
    engine.listCarried = () => new Map([['a', { bytesUp: 1, bytesDown: 2 }]]);
    expect(ambassador.status()[0]?.endpoints).toMatchObject([
      { bytesUp: 11, bytesDown: 22 },
      { bytesUp: 0, bytesDown: 0 },
    ]);
  });

  test('since when clients can be sent somewhere, and since when not', async () => {
    const { ambassador, clock, source, picker } = createWorld();
    const at = (): string => new Date(clock.wallClock()).toISOString();
    await ambassador.start();
    const [began] = [at()];
    await clock.advance(1_000);
    expect(ambassador.status()).toMatchObject([{ ready: false, since: began }]);
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    const [found] = [at()];
    await clock.advance(1_000);
    expect(ambassador.status()).toMatchObject([{ ready: true, since: found }]);
    picker.dialFailed('a', 'refused');
    expect(ambassador.status()).toMatchObject([{ ready: false, since: at() }]);
  });

  test('every connection is told when it has ended, with its service', async () => {
    const { ambassador, engine, connections } = createWorld();
    await ambassador.start();
    const connection = { bytesUp: 1, bytesDown: 2, durationMs: 3, outcome: { kind: 'left' } } as const;
    engine.onEvent({ kind: 'connection-ended', connection });
    expect(connections).toEqual([{ service: 'redis', ...connection }]);
  });
});

test('a listener that throws is seen, and neither the source nor the endpoints after it are lost', async () => {
  using uncaught = new Uncaught();
  const { ambassador, source, picker, events } = createWorld();
  const { push } = events;
  events.push = (...told) => {
    if (told.some((event) => 'endpoint' in event && event.endpoint.id === 'a')) throw new Error('broken');
    return push.apply(events, told);
  };
  await ambassador.start();
  source.tell({ kind: 'add', endpoints: [endpoint('a'), endpoint('b')] });
  expect(picked(picker.pick({ exclude: new Set(['a']) }))?.id).toBe('b');
  expect(events.map((event) => ('endpoint' in event ? event.endpoint.id : event.kind))).toContain('b');
  await new Promise(setImmediate);
  expect(uncaught.errors).toEqual([new Error('broken')]);
  await ambassador.close();
});
