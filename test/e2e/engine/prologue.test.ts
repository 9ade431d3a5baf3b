import { once } from 'node:events';
import { connectTo, greetWith, readToEnd, TcpService } from '@mdns-ambassador/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createNodeEngine,
  type DialFailure,
  type Endpoint,
  type Engine,
  type NodeEnginePath,
} from '../../../packages/ambassador/src/index.ts';
import type { Prologue } from '../../../packages/relay/src/index.ts';

const services: TcpService[] = [];
let engine: Engine | undefined;

/** An engine with this path in front of services `a` and `b`, which say their names and echo. */
async function open(path: NodeEnginePath, connectTimeoutMs = 20_000) {
  const rank = { priority: 0, weight: 0, secure: false, draining: false };
  const endpoints: Endpoint[] = [];
  for (const id of ['a', 'b']) {
    const service = await TcpService.start(greetWith(id));
    services.push(service);
    endpoints.push({ id, service: 'test', addresses: ['127.0.0.1'], port: service.port, source: 'test', ...rank });
  }
  const failures: [string, DialFailure][] = [];
  const picker = {
    pick: ({ exclude }: { exclude: ReadonlySet<string> }) => endpoints.find(({ id }) => !exclude.has(id)),
    waitForEndpoint: () => Promise.resolve(),
    opened: () => () => {},
    dialSucceeded: () => {},
    dialFailed: (id: string, failure: DialFailure) => void failures.push([id, failure]),
  };
  engine = createNodeEngine(
    { listen: [{ kind: 'tcp', address: '127.0.0.1', port: 0 }], connectTimeoutMs, maxConnections: 10 },
    picker,
    () => {},
    path,
  );
  const [at] = await engine.start();
  return { port: at?.kind === 'tcp' ? at.port : 0, failures, engine };
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

  test('is aborted when the engine closes', async () => {
    let wasAborted = false;
    const hang = async (_name: string, signal: AbortSignal): Promise<void> => {
      await once(signal, 'abort');
      wasAborted = true;
    };
    const { port, engine: running } = await open({ prologues: [readName(hang)] });
    const client = await connectTo(port);
    await expect.poll(() => services[0]?.connections.size).toBe(1);
    const reading = readToEnd(client);
    await running.close();
    expect(await reading).toEqual({ kind: 'broken', code: 'ECONNRESET' });
    expect(wasAborted).toBe(true);
  });
});

test('an IPv6 address that this machine has not is left out where another is bound', async () => {
  const picker = {
    pick: () => undefined,
    waitForEndpoint: () => Promise.resolve(),
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
