import { listSourceCases, ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import type { OpenFeed } from '../../src/feed/feed-channel.ts';
import { encodeFeedMessage, SILENCE_MS } from '../../src/feed/feed-message.ts';
import type { Endpoint } from '../../src/pool/endpoint.ts';
import type { Update } from '../../src/pool/update.ts';
import { type AgentSourceOptions, createAgentSource } from '../../src/sources/agent.ts';
import type { Source } from '../../src/sources/source.ts';
import type { SourceHealth } from '../../src/sources/source-health.ts';
import { MemoryAgent } from '../feed/memory-feed.ts';

const PATH = '/run/ambassador/agent.sock';

function endpoint(instance: string, addresses: readonly string[], port = 1): Endpoint {
  const id = `mdns:${instance}`;
  return {
    id,
    service: 'redis',
    instance,
    addresses,
    port,
    priority: 0,
    weight: 0,
    secure: false,
    source: 'mdns',
    draining: false,
  };
}

/** What is on the agent's network. */
class FakeLan {
  endpoints: Endpoint[] = [endpoint('one', ['10.0.0.1']), endpoint('two', ['10.0.0.2'])];
  readonly verified: string[] = [];
  readonly #listeners = new Set<(update: Update) => void>();

  tell(update: Update): void {
    for (const listener of this.#listeners) listener(update);
  }

  readonly createSource = (): Source => {
    let listener: ((update: Update) => void) | undefined;
    return {
      name: 'mdns',
      start: async (onUpdate) => {
        await Promise.resolve();
        listener = onUpdate;
        this.#listeners.add(onUpdate);
        onUpdate({ kind: 'add', endpoints: this.endpoints });
      },
      verify: (id) => this.verified.push(id),
      close: async () => {
        if (listener !== undefined) this.#listeners.delete(listener);
      },
    };
  };
}

function createWorld(more: Pick<AgentSourceOptions, 'isHearsay'> = {}) {
  const clock = new ManualClock();
  const lan = new FakeLan();
  const agent = new MemoryAgent(clock, lan.createSource);
  agent.start();
  const updates: Update[] = [];
  const health: SourceHealth[] = [];
  const source = createAgentSource({
    service: 'redis',
    path: PATH,
    open: agent.open,
    clock,
    random: () => 0.5,
    onHealth: (told) => health.push(told),
    ...more,
  });
  const start = async (): Promise<void> => {
    await source.start((update) => updates.push(update));
    await clock.advance(100);
  };
  return { clock, lan, agent, updates, health, source, start };
}

describe('the promises of every source', () => {
  test.each(
    listSourceCases(() => {
      const { source, clock, lan } = createWorld();
      const move = (): void => {
        lan.endpoints = [endpoint('one', ['10.0.0.7'])];
        lan.tell({ kind: 'add', endpoints: lan.endpoints });
      };
      return { source, move, settle: () => clock.advance(1_500) };
    }),
  )('$name', async ({ run }) => run());
});

test('the first snapshot is the whole set, with ids and a source of its own', async () => {
  const { updates, start } = createWorld();
  await start();
  expect(updates).toHaveLength(1);
  expect(updates[0]).toMatchObject({
    kind: 'reset',
    endpoints: [
      { id: `agent:${PATH}/mdns:one`, service: 'redis', instance: 'one', source: `agent:${PATH}` },
      { id: `agent:${PATH}/mdns:two` },
    ],
  });
});

test('a goodbye removes, an expiry is gone', async () => {
  const { updates, lan, clock, start } = createWorld();
  await start();
  lan.tell({ kind: 'remove', ids: ['mdns:one'], reason: 'said goodbye' });
  lan.tell({ kind: 'gone', ids: ['mdns:two'], reason: 'not heard of again' });
  await clock.advance(10);
  expect(updates.slice(1)).toEqual([
    { kind: 'remove', ids: [`agent:${PATH}/mdns:one`], reason: 'said goodbye' },
    { kind: 'gone', ids: [`agent:${PATH}/mdns:two`], reason: 'not heard of again' },
  ]);
});

test('who said goodbye is gone at first, and removed when the agent no longer waits for him', async () => {
  const { updates, lan, clock, start } = createWorld();
  await start();
  lan.tell({ kind: 'gone', ids: ['mdns:one'], reason: 'said goodbye' });
  lan.tell({ kind: 'remove', ids: ['mdns:one'], reason: 'said goodbye' });
  await clock.advance(10);
  const ids = [`agent:${PATH}/mdns:one`];
  expect(updates.slice(1)).toEqual([
    { kind: 'gone', ids, reason: 'said goodbye' },
    { kind: 'remove', ids, reason: 'said goodbye' },
  ]);
});

test('in a mesh nobody is removed at the word of an agent', async () => {
  const { updates, lan, clock, start } = createWorld({ isHearsay: true });
  await start();
  lan.tell({ kind: 'remove', ids: ['mdns:one'], reason: 'said goodbye' });
  await clock.advance(10);
  expect(updates.slice(1)).toEqual([{ kind: 'gone', ids: [`agent:${PATH}/mdns:one`], reason: 'said goodbye' }]);
});

test('a doubt reaches the agent once a second, and only about whom it told of', async () => {
  const { source, lan, clock, start } = createWorld();
  await start();
  source.verify(`agent:${PATH}/mdns:one`);
  source.verify(`agent:${PATH}/mdns:one`);
  source.verify(`agent:${PATH}/mdns:three`);
  source.verify('mdns:one');
  await clock.advance(10);
  expect(lan.verified).toEqual(['mdns:one']);
});

test('an agent that is restarted within two seconds is not noticed by the pool', async () => {
  const { agent, updates, clock, start } = createWorld();
  await start();
  await agent.stop();
  await clock.advance(500);
  agent.start();
  await clock.advance(2_500);
  expect(updates.map(({ kind }) => kind)).toEqual(['reset', 'add']);
});

test('while the agent is away what it told is kept as stale; when it is back it counts again', async () => {
  const { agent, updates, health, clock, start } = createWorld();
  await start();
  await agent.stop();
  await clock.advance(5_000);
  expect(updates.at(-1)).toMatchObject({ kind: 'gone', reason: 'the agent is not there' });
  expect(health.at(-1)).toMatchObject({ kind: 'failing' });
  agent.start();
  await clock.advance(15_000);
  expect(updates.at(-1)).toMatchObject({ kind: 'add', endpoints: [{ instance: 'one' }, { instance: 'two' }] });
  expect(health.at(-1)).toMatchObject({ kind: 'working' });
});

test('whom a restarted agent has not heard of yet may still answer', async () => {
  const { agent, lan, updates, clock, start } = createWorld();
  await start();
  await agent.stop();
  lan.endpoints = [endpoint('two', ['10.0.0.2'])];
  await clock.advance(100);
  agent.start();
  await clock.advance(1_500);
  expect(updates.slice(1)).toMatchObject([
    { kind: 'add', endpoints: [{ instance: 'two' }] },
    { kind: 'gone', ids: [`agent:${PATH}/mdns:one`] },
  ]);
});

test('attempts grow rarer: within a minute without an agent there are a dozen', async () => {
  const { agent, clock, start } = createWorld();
  await agent.stop();
  await start();
  await clock.advance(60_000);
  expect(agent.opened).toBeGreaterThan(5);
  expect(agent.opened).toBeLessThan(14);
});

describe('an agent that can not be trusted to be sane', () => {
  function listen(): {
    readonly say: (line: string) => void;
    readonly updates: Update[];
    readonly ended: () => number;
  } {
    const clock = new ManualClock();
    const updates: Update[] = [];
    let ended = 0;
    let say: (line: string) => void = () => undefined;
    const open: OpenFeed = (_path, events) => {
      say = events.line;
      return {
        send: () => undefined,
        close: () => {
          ended += 1;
        },
      };
    };
    const source = createAgentSource({ service: 'redis', path: PATH, open, clock, random: () => 0.5 });
    void source.start((update) => updates.push(update));
    return { say: (line) => say(line), updates, ended: () => ended };
  }

  test.each(['', 'null', '[]', '{"v":2,"kind":"beat"}', '{"v":1,"kind":"nothing"}', '\u0000'])(
    'a line that makes no sense ends the conversation: %j',
    (line) => {
      const { say, updates, ended } = listen();
      say(line);
      expect(updates).toEqual([]);
      expect(ended()).toBe(1);
    },
  );

  test('endpoints that make no sense are left out, the others count', () => {
    const { say, updates } = listen();
    const good = { id: 'a', addresses: ['10.0.0.1'], port: 1, priority: 0, weight: 0, secure: false, draining: false };
    const endpoints = [
      good,
      { ...good, id: 'b', port: 0 },
      { ...good, id: 'c', addresses: ['169.254.169.254'] },
      { ...good, id: 'd', addresses: ['not an address'] },
      { ...good, id: '', port: 2 },
      { ...good, id: 'e', weight: -1 },
      null,
    ];
    say(JSON.stringify({ v: 1, kind: 'snapshot', endpoints }));
    expect(updates).toMatchObject([{ kind: 'reset', endpoints: [{ id: `agent:${PATH}/a` }] }]);
  });

  test('no more than a thousand endpoints are remembered', () => {
    const { say, updates } = listen();
    const many = (from: number) =>
      Array.from({ length: 1_000 }, (_, index) => ({
        ...endpoint(`i${from + index}`, ['10.0.0.1']),
        id: `${from + index}`,
      }));
    say(encodeFeedMessage({ kind: 'snapshot', endpoints: many(0) }).trimEnd());
    say(encodeFeedMessage({ kind: 'add', endpoints: many(1_000) }).trimEnd());
    const told = updates.flatMap((update) => ('endpoints' in update ? update.endpoints : []));
    expect(told).toHaveLength(1_024);
  });
});

test('an agent that says nothing for half a minute is hung up on', async () => {
  const clock = new ManualClock();
  let opened = 0;
  const open: OpenFeed = () => {
    opened += 1;
    return { send: () => undefined, close: () => undefined };
  };
  const source = createAgentSource({ service: 'redis', path: PATH, open, clock, random: () => 0.5 });
  await source.start(() => undefined);
  await clock.advance(SILENCE_MS + 1_000);
  expect(opened).toBe(2);
});
