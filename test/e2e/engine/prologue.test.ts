import { once } from 'node:events';
import { connectTo, greetWith, readToEnd, TcpService } from '@mdns-ambassador/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createNodeEngine,
  type DialFailure,
  type Endpoint,
  type Engine,
  type NodeEngineOptions,
} from '../../../packages/ambassador/src/index.ts';
import { type Opening, type Prologue, Redial, Refusal } from '../../../packages/relay/src/index.ts';

const services: TcpService[] = [];
let engine: Engine | undefined;

/** An engine with these in front of services `a` and `b`, which say their names and echo. */
async function open(spoken: Pick<NodeEngineOptions, 'prologues' | 'opening'>, connectTimeoutMs = 20_000) {
  const rank = { priority: 0, weight: 0, secure: false, draining: false };
  const endpoints: Endpoint[] = [];
  for (const id of ['a', 'b']) {
    const service = await TcpService.start(greetWith(id));
    services.push(service);
    endpoints.push({ id, service: 'test', addresses: ['127.0.0.1'], port: service.port, source: 'test', ...rank });
  }
  const failures: [string, DialFailure][] = [];
  const refusals: string[] = [];
  const losses: (string | undefined)[] = [];
  const picker = {
    pick: ({ exclude }: { exclude: ReadonlySet<string> }) => {
      const endpoint = endpoints.find(({ id }) => !exclude.has(id));
      return endpoint === undefined ? ({ kind: 'exhausted' } as const) : ({ kind: 'endpoint', endpoint } as const);
    },
    waitForEndpoint: () => new Promise<void>(() => undefined),
    opened: () => () => {},
    dialSucceeded: () => {},
    dialFailed: (id: string, failure: DialFailure) => void failures.push([id, failure]),
  };
  engine = createNodeEngine(
    { ...spoken, listen: [{ kind: 'tcp', address: '127.0.0.1', port: 0 }], connectTimeoutMs, maxConnections: 10 },
    picker,
    (event) => {
      if (event.kind === 'refused') refusals.push(event.reason);
      if (event.kind === 'unreachable') losses.push(event.reason);
    },
  );
  const [at] = await engine.start();
  return { port: at?.kind === 'tcp' ? at.port : 0, failures, refusals, losses, engine };
}

/** Reads the service's name before anybody else, and lets `judge` have it. */
function readName(judge: (name: string, signal: AbortSignal) => Promise<void>): Prologue {
  return {
    name: 'read the name',
    async run(_client, upstream, signal) {
      const [name] = await once(upstream.resume(), 'data', { signal });
      upstream.pause();
      await judge(String(name), signal);
      upstream.unshift(name);
      return upstream;
    },
  };
}

afterEach(async () => {
  await engine?.close();
  await Promise.all(services.splice(0).map((service) => service.close()));
});

describe('a prologue', () => {
  test('runs before the first byte, and what it puts back reaches the client', async () => {
    const { port } = await open({ prologues: [readName(() => Promise.resolve())] });
    const client = await connectTo(port);
    client.end(' and back');
    expect(await readToEnd(client)).toMatchObject({ bytes: Buffer.from('a and back') });
  });

  test('that rejects makes the dial count as failed, and the next endpoint is used', async () => {
    const refuseA = async (name: string): Promise<void> => {
      if (name === 'a') throw new Error('a is a stranger');
    };
    const { port, failures } = await open({ prologues: [readName(refuseA)] });
    const client = await connectTo(port);
    client.end(' it is');
    expect(await readToEnd(client)).toMatchObject({ bytes: Buffer.from('b it is') });
    expect(failures).toEqual([['a', 'handshake']]);
  });

  test('that hangs is aborted when the time is up, and the client reset', async () => {
    const hang = (_name: string, signal: AbortSignal): Promise<void> =>
      once(signal, 'abort').then(() => Promise.reject(new Error('aborted')));
    const { port, engine: running } = await open({ prologues: [readName(hang)] }, 200);
    const client = await connectTo(port);
    expect(await readToEnd(client)).toEqual({ kind: 'broken', code: 'ECONNRESET' });
    await expect.poll(() => running.counters).toMatchObject({ active: 0, failed: 1 });
  });

  test('that hangs and does not mind its signal is given up all the same', async () => {
    const prologue: Prologue = { name: 'deaf', run: () => new Promise(() => {}) };
    const { port, failures } = await open({ prologues: [prologue] }, 200);
    const client = await connectTo(port);
    expect(await readToEnd(client)).toEqual({ kind: 'broken', code: 'ECONNRESET' });
    expect(failures).toEqual([['a', 'handshake']]);
  });

  test('that hangs hides not why the one before failed', async () => {
    const judge = (name: string): Promise<void> =>
      name === 'a' ? Promise.reject(new Error('a stranger')) : new Promise(() => {});
    const { port, losses } = await open({ prologues: [readName(judge)] }, 3_000);
    const client = await connectTo(port);
    expect(await readToEnd(client)).toEqual({ kind: 'broken', code: 'ECONNRESET' });
    await expect.poll(() => losses).toEqual(['a: a stranger']);
  });

  test('is aborted when the engine closes', async () => {
    let [isRunning, wasAborted] = [false, false];
    const hang = async (_name: string, signal: AbortSignal): Promise<void> => {
      isRunning = true;
      await once(signal, 'abort');
      wasAborted = true;
    };
    const { port, engine: running } = await open({ prologues: [readName(hang)] });
    const client = await connectTo(port);
    await expect.poll(() => isRunning).toBe(true);
    const reading = readToEnd(client);
    await running.close();
    expect(await reading).toEqual({ kind: 'broken', code: 'ECONNRESET' });
    expect(wasAborted).toBe(true);
  });
});

describe('a prologue that refuses the client', () => {
  test('has it told why, tries nobody else, and blames nobody', async () => {
    const refuse = (): Promise<void> => Promise.reject(new Refusal('wrong secret', Buffer.from('-ERR wrong\r\n')));
    const { port, failures, refusals, engine: running } = await open({ prologues: [readName(refuse)] });
    const client = await connectTo(port);
    client.write('x'.repeat(100_000));
    expect(await readToEnd(client)).toMatchObject({ kind: 'ended', bytes: Buffer.from('-ERR wrong\r\n') });
    client.end();
    expect(failures).toEqual([]);
    expect(refusals).toEqual(['wrong secret']);
    await expect.poll(() => running.counters).toMatchObject({ active: 0, failed: 1 });
  });

  test('for the moment has others tried first, and tells the client when the time is up', async () => {
    const full = (name: string): Promise<void> =>
      Promise.reject(new Refusal(`${name} is full`, Buffer.from(`full\r\n`), { isPassing: true }));
    const { port, failures } = await open({ prologues: [readName(full)] }, 300);
    const client = await connectTo(port);
    expect(await readToEnd(client)).toMatchObject({ kind: 'ended', bytes: Buffer.from('full\r\n') });
    client.end();
    expect(failures.slice(0, 2)).toEqual([
      ['a', 'handshake'],
      ['b', 'handshake'],
    ]);
  });
});

test('a prologue that asks for one more dial gets the same endpoint, but not for ever', async () => {
  let runs = 0;
  const again = (name: string): Promise<void> => {
    runs += 1;
    return runs > 1 && name === 'a' ? Promise.resolve() : Promise.reject(new Redial('the secret has changed'));
  };
  const { port, failures } = await open({ prologues: [readName(again)] });
  const client = await connectTo(port);
  client.end(' at last');
  expect(await readToEnd(client)).toMatchObject({ bytes: Buffer.from('a at last') });
  expect(failures).toEqual([]);

  const insatiable = await open({
    prologues: [readName((name) => (name === 'a' ? Promise.reject(new Redial('once more')) : Promise.resolve()))],
  });
  const other = await connectTo(insatiable.port);
  other.end(' then');
  expect(await readToEnd(other)).toMatchObject({ bytes: Buffer.from('b then') });
  expect(insatiable.failures).toEqual([['a', 'handshake']]);
});

describe('an opening', () => {
  const reached: string[] = [];
  afterEach(() => void reached.splice(0));
  /** Hears one word; `to b` names the endpoint. */
  const hearWord: Opening = {
    async hear(client, signal) {
      const [word] = await once(client.resume(), 'data', { signal });
      client.pause();
      client.unshift(word);
      if (String(word) === 'go away') throw new Refusal('not wanted', Buffer.from('bye'));
      return String(word) === 'to b' ? { endpointId: 'b' } : { reached: (id) => void reached.push(id) };
    },
  };

  test('is heard before anybody is dialled, and its words go on', async () => {
    const { port } = await open({ opening: hearWord });
    const client = await connectTo(port);
    // Time in which somebody could be dialled, and nobody is.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(services.flatMap(({ connections }) => [...connections])).toEqual([]);
    client.end('hello');
    expect(await readToEnd(client)).toMatchObject({ bytes: Buffer.from('ahello') });
    expect(reached).toEqual(['a']);
  });

  test('can name the endpoint, as long as that carries a connection', async () => {
    let isClosed = true;
    const refuseA = (name: string): Promise<void> =>
      isClosed && name === 'a' ? Promise.reject(new Error('not now')) : Promise.resolve();
    const { port } = await open({ opening: hearWord, prologues: [readName(refuseA)] });
    const stray = await connectTo(port);
    const carried = await connectTo(port);
    carried.write('carry me');
    expect(String((await once(carried, 'data'))[0])).toBe('b');
    isClosed = false;
    stray.end('to b');
    expect(await readToEnd(stray)).toMatchObject({ bytes: Buffer.from('bto b') });
    carried.destroy();
    await expect.poll(() => services[1]?.connections.size).toBe(0);
    const late = await connectTo(port);
    late.end('to b');
    expect(await readToEnd(late)).toMatchObject({ bytes: Buffer.from('ato b') });
  });

  test('that refuses has the client told, and nobody dialled', async () => {
    const { port, refusals } = await open({ opening: hearWord });
    const client = await connectTo(port);
    client.write('go away');
    expect(await readToEnd(client)).toMatchObject({ bytes: Buffer.from('bye') });
    client.end();
    expect(refusals).toEqual(['not wanted']);
    expect(services.flatMap(({ connections }) => [...connections])).toEqual([]);
  });

  test('is aborted when its client leaves, and when the engine closes', async () => {
    const aborted: string[] = [];
    const deaf: Opening = {
      hear: (client, signal) => {
        client.on('readable', () => client.read());
        signal.addEventListener('abort', () => aborted.push('yes'));
        return new Promise(() => {});
      },
    };
    const { port, engine: running } = await open({ opening: deaf });
    const leaving = await connectTo(port);
    await expect.poll(() => running.counters.active).toBe(1);
    leaving.resetAndDestroy();
    await expect.poll(() => [aborted.length, running.counters.active]).toEqual([1, 0]);
    const staying = await connectTo(port);
    await expect.poll(() => running.counters.active).toBe(1);
    const reading = readToEnd(staying);
    await running.close();
    expect(await reading).toEqual({ kind: 'broken', code: 'ECONNRESET' });
    expect(aborted.length).toBe(2);
  });
});

test('an IPv6 address that this machine has not is left out where another is bound', async () => {
  const picker = {
    pick: () => ({ kind: 'nobody' }) as const,
    waitForEndpoint: () => new Promise<void>(() => undefined),
    opened: () => () => {},
    dialSucceeded: () => {},
    dialFailed: () => {},
  };
  const missing = { kind: 'tcp', address: '2001:db8::1', port: 0 } as const;
  const options = { connectTimeoutMs: 100, maxConnections: 10 };
  engine = createNodeEngine({ ...options, listen: [{ kind: 'tcp', address: '127.0.0.1', port: 0 }, missing] }, picker);
  expect(await engine.start()).toHaveLength(1);
  const lone = createNodeEngine({ ...options, listen: [missing] }, picker);
  await expect(lone.start()).rejects.toMatchObject({ name: 'RelayError' });
});
