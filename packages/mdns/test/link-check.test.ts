import { ManualClock, MemoryNetwork, seededRandom } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { createMdnsNode } from '../src/index.ts';
import { checkLink, type LinkCheck } from '../src/link-check.ts';

function arrange() {
  const clock = new ManualClock();
  const random = seededRandom(1);
  const lan = new MemoryNetwork({ clock, random });
  const host = lan.addHost('h1');
  host.connect('eth0', 'lan', ['10.0.0.1/24']);
  const check = async (): Promise<LinkCheck> => {
    const [on] = host.interfaces();
    if (on === undefined) throw new Error('there is no interface');
    const checking = checkLink({ network: host, on, family: 'IPv4', clock, random, durationMs: 2000 });
    await clock.advance(2001);
    return await checking;
  };
  const publishOn = async (name: string, address: string): Promise<void> => {
    const other = lan.addHost(name);
    other.connect('eth0', 'lan', [address]);
    const node = createMdnsNode({ network: other, clock, random, hostLabel: name });
    await node.start();
    node.publish({ name, type: `_${name}._tcp`, port: 7000 });
    await clock.advance(5000);
  };
  return { clock, random, lan, host, check, publishOn };
}

test('Alone on the link, a host hears itself and nobody else', async () => {
  const { host, check } = arrange();
  expect(await check()).toEqual({
    interfaceName: 'eth0',
    family: 'IPv4',
    outcome: { kind: 'open', hearsItself: true, sendErrors: 0, others: 0, answering: 0, heard: [] },
  });
  expect(host.openLinks).toBe(0);
});

// Hosts with services of one type suppress each other's answers (RFC 6762 7.4).
test('Hosts that answer are counted once each', async () => {
  const { check, publishOn } = arrange();
  await publishOn('h2', '10.0.0.2/24');
  await publishOn('h3', '10.0.0.3/24');
  const heard = ['10.0.0.2', '10.0.0.3'].map((address) => ({ address, isPrompt: true }));
  expect((await check()).outcome).toMatchObject({ others: 2, answering: 2, heard: expect.arrayContaining(heard) });
});

test('An answer that nobody here asked for is no sign of being heard', async () => {
  const { clock, lan, check } = arrange();
  const response = Uint8Array.from([0, 0, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  clock.after(900, () => lan.inject('lan', 'IPv4', { address: '10.0.0.7', port: 5353 }, response));
  expect((await check()).outcome).toMatchObject({ heard: [{ address: '10.0.0.7', isPrompt: false }] });
});

test('A link is listened on until its end is agreed to', async () => {
  const { clock, random, lan, host } = arrange();
  const [on] = host.interfaces();
  if (on === undefined) throw new Error('there is no interface');
  const end = (): Promise<void> => new Promise((resolve) => void clock.after(200, resolve));
  const checking = checkLink({ network: host, on, family: 'IPv4', clock, random, durationMs: 1_000, end });
  const response = Uint8Array.from([0, 0, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  clock.after(1_150, () => lan.inject('lan', 'IPv4', { address: '10.0.0.7', port: 5353 }, response));
  await clock.advance(1_300);
  expect((await checking).outcome).toMatchObject({ others: 1 });
});

test('Who only asks is heard and does not answer; what is no message counts for nobody', async () => {
  const { clock, lan, check } = arrange();
  const query = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  clock.after(10, () => {
    lan.inject('lan', 'IPv4', { address: '10.0.0.7', port: 5353 }, query);
    lan.inject('lan', 'IPv4', { address: '10.0.0.8', port: 5353 }, Uint8Array.from([1]));
  });
  expect((await check()).outcome).toMatchObject({ others: 1, answering: 0 });
});

test('A flood of hosts is counted up to a bound', async () => {
  const { clock, lan, check } = arrange();
  const query = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  clock.after(10, () => {
    for (let n = 0; n < 1000; n++) {
      lan.inject('lan', 'IPv4', { address: `10.0.${n >> 8}.${n & 255}`, port: 5353 }, query);
    }
  });
  expect((await check()).outcome).toMatchObject({ others: 256 });
});

test('A refused port is told by its code, and nothing stays open', async () => {
  const { host, check } = arrange();
  host.refuseLinks('eth0', 'IPv4');
  expect((await check()).outcome).toMatchObject({ kind: 'refused', code: 'port-in-use' });
  expect(host.openLinks).toBe(0);
});
