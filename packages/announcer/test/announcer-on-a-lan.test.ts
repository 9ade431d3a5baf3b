import { type BrowseEvent, createMdnsNode, hostLabel, type MdnsNode } from '@mdns-ambassador/mdns';
import { ManualClock, type MemoryHost, MemoryNetwork, seededRandom } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import type { AnnouncementOptions, AnnouncerEvent } from '../src/announcement-options.ts';
import { Announcer } from '../src/announcer.ts';
import { announcementOptions } from './announcement-fixture.ts';
import { FakeHost } from './fake-host.ts';

/** Probing, its start delay and the LAN's own delay (RFC 6762 8.1). */
const CLAIM_MS = 1100;

/** h1 announces on two links; h2 listens on the first, h3 on the second. */
class TwoLinks {
  readonly clock = new ManualClock();
  readonly host = new FakeHost();
  readonly events: AnnouncerEvent[] = [];
  readonly #random = seededRandom(7);
  readonly #network = new MemoryNetwork({ clock: this.clock, random: this.#random });
  #h1: MemoryHost | undefined;

  async addNode(
    name: string,
    links: Readonly<Record<string, readonly [segment: string, address: string]>>,
  ): Promise<MdnsNode> {
    const network = this.#network.addHost(name);
    for (const [interfaceName, [segment, address]] of Object.entries(links)) {
      network.connect(interfaceName, segment, [`${address}/24`]);
    }
    if (name === 'h1') {
      this.#h1 = network;
      this.host.used = network.interfaces();
    }
    const node = createMdnsNode({
      network,
      clock: this.clock,
      random: this.#random,
      hostLabel: hostLabel(name, this.#random),
    });
    await node.start();
    return node;
  }

  async start(changes: Partial<AnnouncementOptions> = {}): Promise<Announcer> {
    const publisher = await this.addNode('h1', { eth0: ['first', '10.99.0.1'], eth1: ['second', '10.98.0.1'] });
    const announcer = new Announcer({
      announcements: [announcementOptions(changes)],
      publisher,
      clock: this.clock,
      random: this.#random,
      identity: 'h1',
      host: this.host,
      onEvent: (event) => this.events.push(event),
    });
    await announcer.start();
    return announcer;
  }

  /** What becomes of the interfaces of h1. */
  rewire(rewire: (h1: MemoryHost) => void): void {
    if (this.#h1 === undefined) throw new Error('h1 is not there');
    rewire(this.#h1);
    this.host.used = this.#h1.interfaces();
    const own = this.host.used.flatMap(({ addresses }) => addresses.map(({ address }) => address));
    this.host.own = ['127.0.0.1', '::1', ...own];
    for (const address of own) this.host.listen(`${address}:12345`);
  }

  /** What a node on this link hears, as `added redis on h1`. */
  async watch(name: string, segment: string, address: string): Promise<string[]> {
    const heard: string[] = [];
    const node = await this.addNode(name, { eth0: [segment, address] });
    node.browse({ type: '_redis._tcp' }, (event) => heard.push(describeEvent(event)));
    return heard;
  }
}

function describeEvent({ kind, instance }: BrowseEvent): string {
  const isDraining = instance.txt.has('st') ? ' draining' : '';
  return `${kind} ${instance.name}${isDraining}`;
}

describe('A service on two links', () => {
  test('is heard on both, with the address of each', async () => {
    const lan = new TwoLinks();
    lan.host.listenEverywhere();
    const [first, second] = [await lan.watch('h2', 'first', '10.99.0.2'), await lan.watch('h3', 'second', '10.98.0.3')];
    await lan.start();
    await lan.clock.advance(CLAIM_MS);
    expect(first).toEqual(['added redis on h1']);
    expect(second).toEqual(['added redis on h1']);
  });

  test('that is reached in one family is shown with the host and the addresses of that', async () => {
    const lan = new TwoLinks();
    lan.host.listenEverywhere();
    const heard = await lan.watch('h2', 'first', '10.99.0.2');
    const announcer = await lan.start({ family: 'IPv4' });
    await lan.clock.advance(2 * CLAIM_MS);
    expect(heard).toEqual(['added redis on h1']);
    expect(announcer.status()).toMatchObject([
      { host: expect.stringMatching(/^h1-[a-z2-7]{4}-v4\.local$/), addresses: ['10.99.0.1', '10.98.0.1'] },
    ]);
  });

  test('that answers on one of them only is heard there alone', async () => {
    const lan = new TwoLinks();
    lan.host.listen('127.0.0.1:12345');
    lan.host.listen('10.99.0.1:12345');
    const [first, second] = [await lan.watch('h2', 'first', '10.99.0.2'), await lan.watch('h3', 'second', '10.98.0.3')];
    const announcer = await lan.start();
    await lan.clock.advance(2 * CLAIM_MS);
    expect(first).toEqual(['added redis on h1']);
    expect(second).toEqual([]);
    expect(announcer.status()).toMatchObject([
      { state: 'announced', instance: 'redis on h1', addresses: ['10.99.0.1'] },
    ]);
  });

  test('that goes to one of them after a restart says goodbye on the other and keeps its name', async () => {
    const lan = new TwoLinks();
    lan.host.listenEverywhere();
    const [first, second] = [await lan.watch('h2', 'first', '10.99.0.2'), await lan.watch('h3', 'second', '10.98.0.3')];
    await lan.start();
    await lan.clock.advance(5000);
    lan.host.listeners.clear();
    await lan.clock.advance(1000);
    lan.host.listen('10.98.0.1:12345');
    await lan.clock.advance(10_000);
    expect(first).toEqual([
      'added redis on h1',
      'updated redis on h1 draining',
      'leaving redis on h1 draining',
      'removed redis on h1 draining',
    ]);
    expect(second.at(-1)).toBe('added redis on h1');
    expect(lan.events.filter(({ kind }) => kind === 'renamed')).toEqual([]);
  });
});

test('A service whose check fails is gone from the LAN, and back without claiming its name again', async () => {
  const lan = new TwoLinks();
  lan.host.listenEverywhere();
  const heard = await lan.watch('h2', 'first', '10.99.0.2');
  await lan.start();
  await lan.clock.advance(10_000);
  lan.host.listeners.clear();
  while (heard.length === 1) await lan.clock.advance(10);
  await lan.clock.advance(300);
  expect(heard.slice(1)).toEqual(['updated redis on h1 draining', 'leaving redis on h1 draining']);
  // The second for which a goodbye keeps the record (RFC 6762 10.1).
  await lan.clock.advance(1000);
  expect(heard.at(-1)).toBe('removed redis on h1 draining');
  lan.host.listenEverywhere();
  await lan.clock.advance(400);
  expect(heard.at(-1)).toBe('added redis on h1');
});

test('One that starts later is heard within 400 ms, for its name was claimed while it was waited for', async () => {
  const lan = new TwoLinks();
  const heard = await lan.watch('h2', 'first', '10.99.0.2');
  await lan.start();
  await lan.clock.advance(10_000);
  expect(heard).toEqual([]);
  lan.host.listenEverywhere();
  await lan.clock.advance(400);
  expect(heard).toEqual(['added redis on h1']);
});

test('Leaving is heard as draining, then as gone, while connections are still accepted', async () => {
  const lan = new TwoLinks();
  lan.host.listen('127.0.0.1:12345');
  const heard = await lan.watch('h2', 'first', '10.99.0.2');
  const announcer = await lan.start({ relay: true });
  await lan.clock.advance(10_000);
  const drained = announcer.drain({ graceMs: 2000, timeoutMs: 1000 });
  await lan.clock.advance(200);
  expect(heard).toEqual(['added redis on h1', 'updated redis on h1 draining']);
  await lan.clock.advance(1500);
  expect(heard.at(-1)).toBe('removed redis on h1 draining');
  expect(lan.host.ingresses[0]?.calls).toEqual([]);
  await lan.clock.advance(1000);
  await drained;
  expect(lan.host.ingresses[0]?.calls).toEqual(['drain 1000']);
});

test('A service that goes to another interface is withdrawn from the one that is gone, and no firewall is blamed', async () => {
  const lan = new TwoLinks();
  lan.host.listenEverywhere();
  const announcer = await lan.start();
  await lan.clock.advance(10_000);
  lan.rewire((h1) => {
    h1.disconnect('eth0');
    h1.disconnect('eth1');
    h1.connect('eth2', 'first', ['10.99.0.8/24']);
  });
  await lan.clock.advance(10_000);
  expect(lan.events.slice(-2)).toMatchObject([
    { kind: 'withdrawn', reason: 'nothing is sent on eth1 any more' },
    { kind: 'announced', interfaces: ['eth2'] },
  ]);
  await announcer.close();
});

describe('A service whose options change', () => {
  const RESULT = { kind: 'updated', name: 'redis on h1' };

  test.each<[string, Partial<AnnouncementOptions>, object]>([
    ['TXT', { txt: new Map([['role', new TextEncoder().encode('b')]]) }, {}],
    ['weight and priority', { weight: 7, priority: 3 }, { weight: 7, priority: 3 }],
    ['TTL and subtypes', { ttl: 60, subtypes: ['_fast'] }, {}],
    ['check', { check: { kind: 'none' }, checkIntervalMs: 500, rise: 2 }, {}],
    ['port', { port: 7000 }, { port: 7000 }],
  ])(
    'is heard with another %s at once, without a goodbye and without being claimed anew (RFC 6762 8.4)',
    async (_, change, expected) => {
      for (const ms of [0, 30, 400, 2_000]) {
        const lan = new TwoLinks();
        lan.host.listenEverywhere();
        lan.host.listenEverywhere(7000);
        const heard: BrowseEvent[] = [];
        const watcher = await lan.addNode('h2', { eth0: ['first', '10.99.0.2'] });
        watcher.browse({ type: '_redis._tcp' }, (event) => heard.push(event));
        const announcer = await lan.start();
        while (heard.length === 0) await lan.clock.advance(10);
        await lan.clock.advance(ms);
        expect(announcer.change(announcementOptions(change))).toBe(true);
        await lan.clock.advance(20);
        const isVisible = heard.length > 1;
        expect(isVisible).toBe(!('check' in change || 'ttl' in change));
        await lan.clock.advance(10_000);
        expect(heard.slice(1).map(({ kind, instance: { name } }) => ({ kind, name }))).toEqual(
          isVisible ? [RESULT] : [],
        );
        expect(heard.at(-1)?.instance).toMatchObject(expected);
        expect(announcer.status()).toMatchObject([{ state: 'announced' }]);
        await announcer.close();
      }
    },
  );

  test('is where it was until it is up at its new port, and what is relayed goes there until then', async () => {
    const lan = new TwoLinks();
    lan.host.listen('127.0.0.1:12345');
    const heard = await lan.watch('h2', 'first', '10.99.0.2');
    const announcer = await lan.start({ relay: true, fall: 9 });
    await lan.clock.advance(10_000);
    announcer.change(announcementOptions({ relay: true, fall: 9, port: 7000 }));
    await lan.clock.advance(1_500);
    const targets = lan.host.ingresses[0]?.options.targets;
    expect(targets?.()).toMatchObject([{ port: 12345 }]);
    lan.host.listen('127.0.0.1:7000');
    await lan.clock.advance(1_500);
    expect(targets?.()).toMatchObject([{ port: 7000 }]);
    expect(heard.some((event) => /^(leaving|removed)/.test(event))).toBe(false);
    expect(lan.host.ingresses).toHaveLength(1);
  });

  test('needs an announcement of its own under another name, or reached in another way', async () => {
    const lan = new TwoLinks();
    lan.host.listenEverywhere();
    const announcer = await lan.start();
    await lan.clock.advance(5_000);
    expect(announcer.change(announcementOptions({ instance: 'another' }))).toBe(false);
    expect(announcer.change(announcementOptions({ relay: true }))).toBe(false);
    expect(() => announcer.change(announcementOptions({ port: 0 }))).toThrow('port 0');
    await announcer.close();
    expect(announcer.change(announcementOptions({ weight: 1 }))).toBe(false);
  });
});

test('A name that another host has is told as a rename, and the service is announced under the new one', async () => {
  const lan = new TwoLinks();
  lan.host.listenEverywhere();
  const other = await lan.addNode('h2', { eth0: ['first', '10.99.0.2'] });
  other.publish({ name: 'redis on h1', type: '_redis._tcp', port: 1 });
  await lan.clock.advance(5000);
  const announcer = await lan.start();
  await lan.clock.advance(5000);
  expect(lan.events).toContainEqual({
    kind: 'renamed',
    service: 'redis',
    from: 'redis on h1',
    to: 'redis on h1 (2)',
  });
  expect(announcer.status()).toMatchObject([{ state: 'announced', instance: 'redis on h1 (2)' }]);
});

test.each([0, 100, 900])(
  'Leaving %d ms after it was announced is heard at once, and as gone while connections are still accepted',
  async (ms) => {
    const lan = new TwoLinks();
    lan.host.listen('127.0.0.1:12345');
    const heard = await lan.watch('h2', 'first', '10.99.0.2');
    const announcer = await lan.start({ relay: true });
    while (heard.length === 0) await lan.clock.advance(10);
    await lan.clock.advance(ms);
    const drained = announcer.drain({ graceMs: 2000, timeoutMs: 5000 });
    await lan.clock.advance(20);
    expect(heard).toEqual(['added redis on h1', 'updated redis on h1 draining']);
    // The notice, and the second for which a goodbye keeps the record (RFC 6762 10.1).
    await lan.clock.advance(230 + 1100);
    expect(heard.at(-1)).toMatch(/^removed redis on h1/);
    expect(lan.host.ingresses[0]?.calls).toEqual([]);
    await lan.clock.advance(1000);
    expect(lan.host.ingresses[0]?.calls).toEqual(['drain 5000']);
    await drained;
  },
);

describe('A page', () => {
  const page = {
    service: 'web',
    type: '_http._tcp',
    svc: 'web',
    alias: 'web',
    txt: new Map([['path', Buffer.from('/x')]]),
  };

  test('has a name for browsers while its check passes, with a URL by that name and one by an address', async () => {
    const lan = new TwoLinks();
    lan.host.listenEverywhere();
    const announcer = await lan.start(page);
    await lan.clock.advance(CLAIM_MS);
    expect(lan.events.filter(({ kind }) => kind.startsWith('alias'))).toEqual([
      {
        kind: 'alias-announced',
        service: 'web',
        alias: 'web.local',
        port: 12345,
        urls: { byName: 'http://web.local:12345/x', byAddress: 'http://10.99.0.1:12345/x' },
      },
    ]);
    expect(announcer.status()).toMatchObject([{ alias: 'web.local', host: expect.stringMatching(/^h1-/) }]);
    await announcer.close();
  });

  test('is told again where a browser opens it elsewhere, as after another address, and not where it does not', async () => {
    const lan = new TwoLinks();
    lan.host.listenEverywhere();
    const announcer = await lan.start(page);
    await lan.clock.advance(10_000);
    const listUrls = (): readonly unknown[] =>
      lan.events.flatMap((event) => (event.kind === 'alias-announced' ? [event.urls?.byAddress] : []));
    lan.rewire((h1) => h1.readdress('eth1', ['10.98.0.7/24']));
    await lan.clock.advance(10_000);
    expect(listUrls()).toEqual(['http://10.99.0.1:12345/x']);
    lan.rewire((h1) => h1.readdress('eth0', ['10.99.0.7/24']));
    await lan.clock.advance(10_000);
    expect(listUrls()).toEqual(['http://10.99.0.1:12345/x', 'http://10.99.0.7:12345/x']);
    await announcer.close();
  });

  test('whose name another machine has is web-2, also after it was found on fewer links', async () => {
    const lan = new TwoLinks();
    const other = await lan.addNode('h2', { eth0: ['first', '10.99.0.2'] });
    other.publish({ name: 'other', type: '_http._tcp', port: 80, alias: 'web' });
    await lan.clock.advance(CLAIM_MS);
    lan.host.listen('10.99.0.1:12345');
    const announcer = await lan.start(page);
    await lan.clock.advance(10_000);
    const told = lan.events.filter(({ kind }) => kind.startsWith('alias'));
    expect(told.map(({ kind }) => kind)).toEqual(['alias-renamed', 'alias-announced']);
    expect(announcer.status()).toMatchObject([{ alias: 'web-2.local' }]);
    await announcer.close();
  });

  test('is told by the name of its machine where others have each name that was tried, as in a class', async () => {
    const lan = new TwoLinks();
    const other = await lan.addNode('h2', { eth0: ['first', '10.99.0.2'] });
    for (const alias of ['web', 'web-2', 'web-3', 'web-4'])
      other.publish({ name: alias, type: '_http._tcp', port: 80, alias });
    await lan.clock.advance(CLAIM_MS);
    lan.host.listenEverywhere();
    const announcer = await lan.start(page);
    await lan.clock.advance(10_000);
    const [{ host = '' } = {}] = announcer.status();
    expect(host).toMatch(/^h1-.*\.local$/);
    expect(lan.events.find(({ kind }) => kind === 'alias-lost')).toEqual({
      kind: 'alias-lost',
      service: 'web',
      alias: 'web-4.local',
      urls: { byName: `http://${host}:12345/x`, byAddress: 'http://10.99.0.1:12345/x' },
    });
    await announcer.close();
  });

  test('has none where it did not ask for one', async () => {
    const lan = new TwoLinks();
    lan.host.listenEverywhere();
    const { alias: _, ...nameless } = page;
    const announcer = await lan.start(nameless);
    await lan.clock.advance(CLAIM_MS);
    expect(lan.events.some(({ kind }) => kind === 'announced')).toBe(true);
    expect(lan.events.filter(({ kind }) => kind.startsWith('alias'))).toEqual([]);
    await announcer.close();
  });
});
