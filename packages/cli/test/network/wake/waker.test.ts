import type { Endpoint } from '@mdns-ambassador/ambassador';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import type { Neighbour } from '../../../src/network/neighbours.ts';
import { listBroadcasts } from '../../../src/network/wake/broadcasts.ts';
import type { KnownMachine } from '../../../src/network/wake/known-machines.ts';
import { buildMagicPacket } from '../../../src/network/wake/magic-packet.ts';
import { Waker } from '../../../src/network/wake/waker.ts';

const MAC = '02:0a:00:00:00:01';
const OTHER = '02:0a:00:00:00:02';

function endpoint(...addresses: readonly string[]): Endpoint {
  const rank = { priority: 0, weight: 0, secure: false, draining: false };
  return { id: 'a', service: 'redis', addresses, port: 6379, source: 'mdns', ...rank };
}

function arrange(wake: string, neighbours: readonly Neighbour[] = []) {
  const clock = new ManualClock();
  const kept: KnownMachine[] = [];
  const sent: string[] = [];
  const told: string[] = [];
  let looks = 0;
  const waker = new Waker({
    service: 'redis',
    wake,
    clock,
    machines: {
      find: (service) => kept.filter((known) => known.service === service),
      keep: (machine) => void kept.push(machine),
    },
    readNeighbours: async () => {
      looks += 1;
      return neighbours;
    },
    send: (mac) => {
      sent.push(mac);
      return ['eth0'];
    },
    onWaking: (macs, links) => told.push([...macs, 'on', ...links].join(' ')),
  });
  return { clock, kept, sent, told, waker, looks: () => looks };
}

test('a hundred clients that wait have it sent once, and once more every five seconds, six times at most', async () => {
  const { clock, sent, told, waker } = arrange(MAC);
  for (let client = 0; client < 100; client += 1) waker.needed([]);
  expect(sent).toEqual([MAC]);
  await clock.advance(12_000);
  expect(sent).toHaveLength(3);
  await clock.advance(18_000);
  expect(sent).toHaveLength(6);
  expect(told).toEqual([`${MAC} on eth0`]);
  waker.needed([]);
  expect(sent).toHaveLength(7);
  waker.close();
  expect(clock.pendingTimers).toBe(0);
});

test('nothing more is sent once somebody is reached, or the proxy ends', async () => {
  const { clock, sent, waker } = arrange(MAC);
  waker.needed([endpoint('10.0.0.2')]);
  waker.reached(endpoint('10.0.0.2'), '10.0.0.2');
  await clock.advance(60_000);
  expect(sent).toHaveLength(1);
  waker.close();
  waker.needed([]);
  expect(sent).toHaveLength(1);
});

test('who was reached is learned, and woken when it does not answer, wherever it is then', async () => {
  const { clock, kept, sent, waker, looks } = arrange('auto', [
    { address: '10.0.0.2', state: 'fresh', mac: MAC },
    { address: '10.0.0.3', state: 'stale', mac: OTHER },
    { address: '10.0.0.4', state: 'silent' },
  ]);
  for (const address of ['10.0.0.2', '10.0.0.2', '10.0.0.3', '10.0.0.4', '127.0.0.1']) {
    waker.reached(endpoint(address), address);
  }
  await clock.advance(0);
  expect(looks()).toBe(3);
  expect(kept.map(({ address, mac }) => [address, mac])).toEqual([
    ['10.0.0.2', MAC],
    ['10.0.0.3', OTHER],
  ]);
  waker.needed([endpoint('10.0.0.3')]);
  expect(sent).toEqual([OTHER]);
  waker.needed([]);
  expect(sent).toEqual([OTHER, MAC]);
  waker.close();
});

test('that nobody is known is told once', () => {
  const { told, waker } = arrange('auto');
  waker.needed([]);
  waker.needed([]);
  expect(told).toEqual(['on']);
});

test('the packet is six bytes of ones and the address sixteen times', () => {
  expect(buildMagicPacket(MAC).toString('hex')).toBe(`${'ff'.repeat(6)}${'020a00000001'.repeat(16)}`);
});

test('it goes to the last address of every IPv4 subnet, where there is one', () => {
  const own = { family: 'IPv4', internal: false } as const;
  expect(
    listBroadcasts({
      lo: [{ ...own, address: '127.0.0.1', netmask: '255.0.0.0', internal: true }],
      eth0: [
        { ...own, address: '10.99.3.7', netmask: '255.255.252.0' },
        { ...own, address: 'fe80::1', netmask: 'ffff:ffff:ffff:ffff::', family: 'IPv6' },
      ],
      wlan0: [{ ...own, address: '192.168.1.20', netmask: '255.255.255.0' }],
      tun0: [{ ...own, address: '10.8.0.2', netmask: '255.255.255.255' }],
    }),
  ).toEqual([
    { interfaceName: 'eth0', from: '10.99.3.7', to: '10.99.3.255' },
    { interfaceName: 'wlan0', from: '192.168.1.20', to: '192.168.1.255' },
  ]);
});
