import { ManualClock } from '@mdns-ambassador/testkit';
import { beforeEach, expect, test, vi } from 'vitest';
import type { NetworkInterface } from '../src/network.ts';
import { askOnce, type OneShot, type OneShotTarget } from '../src/one-shot.ts';
import { decodeMessage } from '../src/wire/decode.ts';
import { encodeMessage } from '../src/wire/encode.ts';
import type { ResourceRecord } from '../src/wire/record.ts';
import { MemoryHost } from './memory-host.ts';
import { response } from './wire/messages.ts';

let host = new MemoryHost();
vi.mock('node:dgram', () => ({ createSocket: () => host.createSocket() }));

const DURATION_MS = 2_000;
const ETH0: NetworkInterface = {
  name: 'eth0',
  loopback: false,
  addresses: [{ address: '10.0.0.1', family: 'IPv4', prefixLength: 24, scopeId: 0 }],
};
const GROUP: OneShotTarget = { kind: 'group', on: ETH0, family: 'IPv4' };
const HOST: OneShotTarget = { kind: 'host', address: '10.0.0.9', family: 'IPv4' };

function addressOf(owner: string, address: string, ttl = 120): ResourceRecord {
  return { name: owner.split('.'), ttl, flush: false, data: { type: 'A', address } };
}

function answer(...answers: readonly ResourceRecord[]): Uint8Array {
  return encodeMessage(response(answers, { id: 1 }));
}

/** `say` speaks through the socket while it is open. */
async function ask(to: OneShotTarget, say: () => void, hostName?: string): Promise<OneShot> {
  const clock = new ManualClock();
  const asking = askOnce({ to, clock, durationMs: DURATION_MS, ...(hostName !== undefined && { hostName }) });
  await new Promise<void>((resolve) => setImmediate(resolve));
  clock.after(10, say);
  await clock.advance(DURATION_MS);
  return await asking;
}

function hear(bytes: Uint8Array, address = '10.0.0.9', port = 5353): void {
  host.sockets[0]?.emit('message', bytes, { address, port });
}

beforeEach(() => {
  host = new MemoryHost();
});

test('Asks twice from a port of its own, and tells who answered', async () => {
  const { answeredBy, addresses, errorCode, isRefused } = await ask(GROUP, () => hear(answer()));
  expect([answeredBy, addresses, errorCode, isRefused]).toEqual([['10.0.0.9'], [], undefined, false]);
  const [socket] = host.sockets;
  expect(socket?.port).toBe(0);
  expect(socket?.sent.map(({ address, port }) => `${address} ${port}`)).toEqual(Array(2).fill('224.0.0.251 5353'));
  expect(decodeMessage(socket?.sent[0]?.bytes ?? new Uint8Array())?.message.questions).toMatchObject([
    { name: ['_services', '_dns-sd', '_udp', 'local'] },
  ]);
  expect(host.openSockets).toEqual([]);
});

test('Believes of a host name what is said of it now, in any case', async () => {
  const { addresses } = await ask(
    GROUP,
    () =>
      hear(
        answer(
          addressOf('Anna.local', '10.0.0.9'),
          addressOf('eve.local', '10.0.0.6'),
          addressOf('anna.local', '10.0.0.7', 0),
        ),
      ),
    'anna.local.',
  );
  expect(addresses).toEqual(['10.0.0.9']);
});

test('Takes for an answer neither a question, nor what is no message, nor what comes from another port (RFC 6762 6)', async () => {
  const { answeredBy } = await ask(GROUP, () => {
    hear(answer(), '10.0.0.9', 5354);
    hear(Uint8Array.of(1), '10.0.0.9');
    hear(new Uint8Array(12), '10.0.0.9');
    hear(new Uint8Array(9_000).fill(0xff), '10.0.0.9');
  });
  expect(answeredBy).toEqual([]);
});

test('A flood is remembered up to a bound', async () => {
  const records = Array.from({ length: 300 }, (_, at) => addressOf('anna.local', `10.1.${at >> 8}.${at & 255}`));
  const { answeredBy, addresses } = await ask(
    GROUP,
    () => {
      for (const [at, record] of records.entries()) hear(answer(record), `10.0.${at >> 8}.${at & 255}`);
    },
    'anna.local',
  );
  expect([answeredBy.length, addresses.length]).toEqual([256, 256]);
});

test.each<[string, OneShotTarget, () => void]>([
  ['EADDRNOTAVAIL', GROUP, () => void host.bindRefusals.set('10.0.0.1', 'EADDRNOTAVAIL')],
  ['EPERM', GROUP, () => void host.sendRefusals.set('224.0.0.251', 'EPERM')],
  ['ENETUNREACH', HOST, () => void host.bindRefusals.set('10.0.0.9', 'ENETUNREACH')],
])('Says why the system refused: %s', async (code, to, refuse) => {
  refuse();
  const { errorCode, isRefused } = await ask(to, () => undefined);
  expect([errorCode, isRefused]).toEqual([code, false]);
  expect(host.openSockets).toEqual([]);
});

test('A host that says that nobody listens has said so', async () => {
  host.sendRefusals.set('10.0.0.9', 'ECONNREFUSED');
  const { errorCode, isRefused } = await ask(HOST, () => undefined);
  expect([errorCode, isRefused]).toEqual([undefined, true]);
});
