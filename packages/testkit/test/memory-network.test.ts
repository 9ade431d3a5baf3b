import type { Link } from '@mdns-ambassador/mdns';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../src/manual-clock.ts';
import { type MemoryHost, MemoryNetwork } from '../src/memory-network.ts';
import { seededRandom } from '../src/seeded-random.ts';

interface Ear {
  readonly link: Link;
  readonly heard: string[];
}

async function listen(host: MemoryHost, interfaceName: string, family: 'IPv4' | 'IPv6' = 'IPv4'): Promise<Ear> {
  const on = host.interfaces().find(({ name }) => name === interfaceName);
  if (on === undefined) throw new Error(`${interfaceName} is not there`);
  const heard: string[] = [];
  const link = await host.openLink(on, family, {
    packet: (bytes, source) => void heard.push(`${String.fromCharCode(...bytes)} from ${source.address}`),
    reply: (bytes, source) => void heard.push(`${String.fromCharCode(...bytes)} alone from ${source.address}`),
    sent: () => undefined,
    failed: (error) => void heard.push(error.message),
  });
  return { link, heard };
}

const HELLO = new Uint8Array([104, 105]);

async function connectTwo(
  loss = 0,
): Promise<{ clock: ManualClock; network: MemoryNetwork; a: Ear; b: Ear; host: MemoryHost }> {
  const clock = new ManualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(3), loss });
  const [h1, h2] = [network.addHost('h1'), network.addHost('h2')];
  h1.connect('eth0', 'lan', ['10.0.0.1/24', 'fe80::1/64']);
  h2.connect('eth0', 'lan', ['10.0.0.2/24', 'fe80::2/64']);
  return { clock, network, a: await listen(h1, 'eth0'), b: await listen(h2, 'eth0'), host: h2 };
}

describe('the in-memory network', () => {
  it('takes a packet to everybody on the segment, its sender included, and to nobody elsewhere', async () => {
    const { clock, network, a, b } = await connectTwo();
    const h3 = network.addHost('h3');
    h3.connect('eth0', 'other', ['10.0.0.3/24']);
    const c = await listen(h3, 'eth0');
    a.link.send(HELLO);
    expect(b.heard).toEqual([]);
    await clock.advance(1);
    expect([a.heard, b.heard, c.heard]).toEqual([['hi from 10.0.0.1'], ['hi from 10.0.0.1'], []]);
  });

  it('keeps the families apart and gives link-local sources the zone of the one who hears', async () => {
    const { clock, network, b } = await connectTwo();
    const h3 = network.addHost('h3');
    h3.connect('wlan0', 'lan', ['fe80::3/64']);
    const c = await listen(h3, 'wlan0', 'IPv6');
    c.link.send(HELLO);
    await clock.advance(1);
    expect([b.heard, c.heard]).toEqual([[], ['hi from fe80::3%wlan0']]);
  });

  it('takes a unicast to the owner of the address alone', async () => {
    const { clock, a, b } = await connectTwo();
    a.link.send(HELLO, { address: '10.0.0.2', port: 5353 });
    a.link.send(HELLO, { address: '10.0.0.2', port: 40_000 });
    await clock.advance(1);
    expect([a.heard, b.heard]).toEqual([[], ['hi from 10.0.0.1']]);
  });

  it('loses the share of packets that it was told to, and never those that come back', async () => {
    const { clock, a, b } = await connectTwo(0.1);
    for (let index = 0; index < 1_000; index++) a.link.send(HELLO);
    await clock.advance(1);
    expect(a.heard).toHaveLength(1_000);
    expect(b.heard.length).toBeGreaterThan(850);
    expect(b.heard.length).toBeLessThan(950);
  });

  it('separates and reunites groups of hosts', async () => {
    const { clock, network, a, b } = await connectTwo();
    network.partition([['h1'], ['h2']]);
    a.link.send(HELLO);
    await clock.advance(1);
    expect(b.heard).toEqual([]);
    network.heal();
    a.link.send(HELLO);
    await clock.advance(1);
    expect(b.heard).toHaveLength(1);
  });

  it('lets nothing through to a link that is closed, or whose interface went away', async () => {
    const { clock, a, b, host } = await connectTwo();
    a.link.send(HELLO);
    await b.link.close();
    await clock.advance(1);
    const again = await listen(host, 'eth0');
    host.disconnect('eth0');
    a.link.send(HELLO);
    again.link.send(HELLO);
    await clock.advance(1);
    expect([b.heard, again.heard]).toEqual([[], []]);
    expect(again.link.counters.sendErrors).toBe(1);
    expect(host.interfaces()).toEqual([]);
  });

  it('refuses links as a stack does that holds the port', async () => {
    const { host } = await connectTwo();
    host.refuseLinks('eth0', 'IPv6');
    await expect(listen(host, 'eth0', 'IPv6')).rejects.toMatchObject({ code: 'port-in-use' });
    host.allowLinks('eth0', 'IPv6');
    await expect(listen(host, 'eth0', 'IPv6')).resolves.toBeDefined();
  });

  it('shows every packet to whoever counts, and carries forged ones', async () => {
    const { clock, network, a, b } = await connectTwo();
    const sent: (string | undefined)[] = [];
    network.onSent = ({ host }) => void sent.push(host);
    a.link.send(HELLO);
    network.inject('lan', 'IPv4', { address: '6.6.6.6', port: 99 }, HELLO);
    await clock.advance(1);
    expect(sent).toEqual(['h1', undefined]);
    expect(b.heard).toEqual(['hi from 10.0.0.1', 'hi from 6.6.6.6']);
  });
});
