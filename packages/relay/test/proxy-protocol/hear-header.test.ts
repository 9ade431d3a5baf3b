import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { matchNetworks } from '../../src/match-networks.ts';
import { type ClientLeg, clientEndsOf } from '../../src/proxy-protocol/client-ends.ts';
import { openWithProxyHeader } from '../../src/proxy-protocol/hear-header.ts';
import { sendHeaderPrologue } from '../../src/proxy-protocol/send-header.ts';
import { encodeProxyHeader } from '../../src/proxy-protocol/v2.ts';
import { Refusal } from '../../src/refusal.ts';
import { MemoryLeg } from '../memory-leg.ts';

const FOREVER = new AbortController().signal;
const LINE = 'PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n';
const TOLD = {
  source: { address: '192.168.0.1', port: 56324 },
  destination: { address: '192.168.0.11', port: 443 },
};
const OWN = {
  source: { address: '10.0.0.5', port: 4000 },
  destination: { address: '10.0.0.1', port: 6379 },
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

class Client extends MemoryLeg implements ClientLeg {
  remoteAddress?: string = OWN.source.address;
  readonly remotePort = OWN.source.port;
  readonly localAddress = OWN.destination.address;
  readonly localPort = OWN.destination.port;
}

function connect(): [far: MemoryLeg, client: Client] {
  const [far, client] = MemoryLeg.join(new MemoryLeg(), new Client());
  client.pause();
  return [far, client];
}

function hear(client: ClientLeg, signal: AbortSignal = FOREVER): Promise<unknown> {
  const clock = {
    after(delayMs: number, act: () => void): () => void {
      const timer = setTimeout(act, delayMs);
      return () => clearTimeout(timer);
    },
  };
  return openWithProxyHeader({ isFront: matchNetworks(['10.0.0.0/8', 'fd00::/8']), clock }, undefined).hear(
    client,
    signal,
  );
}

test('a front says who the client is, in pieces, and what is behind stays', async () => {
  const [far, client] = connect();
  const heard = hear(client);
  for (const letter of `${LINE}hello`) far.write(letter);
  await heard;
  expect(clientEndsOf(client)).toMatchObject(TOLD);
  expect(client.isPaused()).toBe(true);
  // One read without a size may be one chunk of several (Node 26).
  expect(String(client.read('hello'.length))).toBe('hello');
});

test.each([
  ['LOCAL', encodeProxyHeader({ kind: 'local' })],
  ['UNKNOWN', Buffer.from('PROXY UNKNOWN whatever\r\n')],
])('with %s the front itself is the client', async (_, header) => {
  const [far, client] = connect();
  far.write(header);
  await hear(client);
  expect(clientEndsOf(client)).toEqual(OWN);
});

test('of anybody else no byte is read, and what looks like a header is passed on', async () => {
  const [far, client] = connect();
  client.remoteAddress = '11.0.0.5';
  far.write(LINE);
  await hear(client);
  expect(clientEndsOf(client)?.source.address).toBe('11.0.0.5');
  expect(String(client.read())).toBe(LINE);
});

test('a front that begins otherwise is refused', async () => {
  const [far, client] = connect();
  far.write('GET / HTTP/1.1\r\n');
  const refusal = await hear(client).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(String(refusal)).toMatch(/10\.0\.0\.5 is accepted as a front, and it does not begin with a header/);
});

test('one that says nothing, or half of it, is refused after five seconds', async () => {
  const [far, client] = connect();
  far.write('PROXY TCP4 ');
  const refused = expect(hear(client)).rejects.toThrow(/no header of the PROXY protocol within 5 s/);
  await vi.advanceTimersByTimeAsync(4_999);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  await refused;
});

test('one that leaves before is nobody to tell anything', async () => {
  const [far, client] = connect();
  far.end('PROXY');
  await expect(hear(client)).rejects.not.toBeInstanceOf(Refusal);
});

test('ranges hold in both families, and IPv4 in its mapped spelling', () => {
  const isFront = matchNetworks(['10.0.0.0/8', '192.168.1.7', 'fd00::/8']);
  expect(['10.9.9.9', '::ffff:10.9.9.9', '192.168.1.7', 'fd12::1', 'fd12::1%eth0'].map(isFront)).not.toContain(false);
  expect(['11.0.0.1', '192.168.1.8', 'fe80::1', '::1', ''].map(isFront)).not.toContain(true);
});

test('upstream is told before anything else who the client is', async () => {
  const [, client] = connect();
  const [service, upstream] = MemoryLeg.pair();
  const destination = { endpointId: 'a', name: 'a', proof: 'none' } as const;
  expect(await sendHeaderPrologue.run(client, upstream, FOREVER, destination)).toBe(upstream);
  expect(service.read()).toEqual(encodeProxyHeader({ kind: 'forwarded', ...OWN }));
});
