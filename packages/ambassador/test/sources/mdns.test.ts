import type { Browse, BrowseEvent, BrowseOptions, Instance, NetworkInterface, Txt } from '@mdns-ambassador/mdns';
import { listSourceCases, ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import type { Update } from '../../src/pool/update.ts';
import { parseCidr } from '../../src/sources/address-policy.ts';
import { createMdnsSource, type InstanceBrowser, type MdnsSourceOptions } from '../../src/sources/mdns.ts';
import type { RefusedInstance } from '../../src/sources/source.ts';

const eth0: NetworkInterface = {
  name: 'eth0',
  loopback: false,
  addresses: [{ address: '10.99.0.1', family: 'IPv4', prefixLength: 24, scopeId: 0 }],
};

/** A node that has just what it is told to have, and answers a browse from its cache at once. */
class ScriptedBrowser implements InstanceBrowser {
  readonly verified: string[] = [];
  readonly browsed: string[] = [];
  readonly #cached: BrowseEvent[] = [];
  readonly #listeners = new Map<string, (event: BrowseEvent) => void>();

  browse({ type }: BrowseOptions, onEvent: (event: BrowseEvent) => void): Browse {
    this.browsed.push(type);
    this.#listeners.set(type, onEvent);
    for (const event of this.#cached) if (event.instance.type === type) onEvent(event);
    return { close: () => void this.#listeners.delete(type) };
  }

  verify(type: string, instanceName: string): void {
    this.verified.push(`${type} ${instanceName}`);
  }

  tell(event: BrowseEvent): void {
    const listener = this.#listeners.get(event.instance.type);
    if (listener === undefined) this.#cached.push(event);
    listener?.(event);
  }
}

function instance(
  name: string,
  addresses: readonly string[] = ['10.99.0.2'],
  change: Partial<Instance> = {},
): Instance {
  return {
    name,
    type: '_redis._tcp',
    announcer: '10.99.0.2',
    host: 'h1-k3x9.local',
    port: 12345,
    priority: 0,
    weight: 0,
    txt: new Map(),
    addresses: addresses.map((address) => ({ address, interfaceName: 'eth0', isFromThisHost: false })),
    ...change,
  };
}

function createWorld(change: Partial<MdnsSourceOptions> = {}) {
  const browser = new ScriptedBrowser();
  const clock = new ManualClock();
  const refused: RefusedInstance[] = [];
  const updates: Update[] = [];
  const source = createMdnsSource({
    service: 'redis',
    type: '_redis._tcp',
    browser,
    interfaces: () => [eth0],
    clock,
    onRefused: (one) => refused.push(one),
    ...change,
  });
  const start = () => source.start((update) => updates.push(update));
  return { browser, clock, refused, updates, source, start };
}

/** Every endpoint that the pool may dial by these updates. */
function listUsable(updates: readonly Update[]): readonly string[] {
  const usable = new Map<string, string>();
  for (const update of updates) {
    if (update.kind === 'add') {
      for (const { id, addresses, port } of update.endpoints) usable.set(id, `${addresses.join(' ')} ${port}`);
    } else if (update.kind === 'remove') for (const id of update.ids) usable.delete(id);
  }
  return [...usable.values()];
}

const txtOf = (entries: Readonly<Record<string, string>>): Txt =>
  new Map(Object.entries(entries).map(([key, value]) => [key, new TextEncoder().encode(value)]));

describe('the promises of every source', () => {
  test.each(
    listSourceCases(() => {
      const { browser, clock, source } = createWorld();
      browser.tell({ kind: 'added', instance: instance('redis on h1') });
      return {
        source,
        move: () => browser.tell({ kind: 'updated', instance: instance('redis on h1', ['10.99.0.3']) }),
        settle: () => clock.advance(5_000),
      };
    }),
  )('$name', ({ run }) => run());
});

describe('what an instance becomes', () => {
  test('an endpoint with its name, place, priority and weight', async () => {
    const { browser, updates, start } = createWorld();
    await start();
    expect(browser.browsed).toEqual(['_redis._tcp']);
    browser.tell({ kind: 'added', instance: instance('redis on h1', ['10.99.0.2'], { priority: 3, weight: 9 }) });
    expect(updates).toEqual([
      {
        kind: 'add',
        endpoints: [
          {
            id: 'mdns:redis on h1',
            service: 'redis',
            instance: 'redis on h1',
            addresses: ['10.99.0.2'],
            port: 12345,
            priority: 3,
            weight: 9,
            secure: false,
            source: 'mdns',
            announcer: '10.99.0.2',
            draining: false,
          },
        ],
      },
    ]);
  });

  test('two of one name on two links are two, whatever the names of the links, and each is verified by the name', async () => {
    const { browser, source, updates, start } = createWorld();
    await start();
    browser.tell({ kind: 'added', instance: instance('redis: on h1') });
    browser.tell({ kind: 'added', instance: instance('redis: on h1', ['10.99.0.3'], { link: 'eth1:1' }) });
    browser.tell({ kind: 'removed', instance: instance('redis: on h1'), lost: 'expired' });
    const ids = ['mdns:redis: on h1', 'mdns%eth1%3A1:redis: on h1'];
    expect(updates).toMatchObject([
      { kind: 'add', endpoints: [{ id: ids[0], addresses: ['10.99.0.2'] }] },
      { kind: 'add', endpoints: [{ id: ids[1], addresses: ['10.99.0.3'], instance: 'redis: on h1' }] },
      { kind: 'gone', ids: [ids[0]] },
    ]);
    for (const id of [...ids, 'static:redis']) source.verify(id);
    expect(browser.verified).toEqual(['_redis._tcp redis: on h1', '_redis._tcp redis: on h1']);
  });

  test('TXT st=drain makes it draining, whatever the case of the key', async () => {
    const { browser, updates, start } = createWorld();
    await start();
    browser.tell({ kind: 'updated', instance: instance('a', undefined, { txt: txtOf({ ST: 'drain' }) }) });
    expect(updates).toMatchObject([{ endpoints: [{ draining: true }] }]);
  });

  test('no loss is proof: the judgement is left to the pool', async () => {
    const { browser, updates, start } = createWorld();
    await start();
    for (const lost of ['goodbye', 'expired', 'unreachable'] as const) {
      browser.tell({ kind: 'removed', instance: instance(lost), lost });
    }
    expect(updates).toEqual([
      { kind: 'gone', ids: ['mdns:goodbye'], reason: 'said goodbye' },
      { kind: 'gone', ids: ['mdns:expired'], reason: 'not heard of again' },
      { kind: 'gone', ids: ['mdns:unreachable'], reason: 'not heard of when asked again' },
    ]);
  });

  test('who said goodbye and is not heard of within two seconds is removed', async () => {
    const { browser, clock, updates, start, source } = createWorld();
    await start();
    browser.tell({ kind: 'removed', instance: instance('a'), lost: 'goodbye' });
    browser.tell({ kind: 'removed', instance: instance('b'), lost: 'expired' });
    await clock.advance(1_999);
    expect(updates.filter(({ kind }) => kind === 'remove')).toEqual([]);
    await clock.advance(1);
    expect(updates.at(-1)).toEqual({ kind: 'remove', ids: ['mdns:a'], reason: 'said goodbye' });
    expect(updates).toHaveLength(3);
    await source.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('who says goodbye is sent nobody from then on as long as there is a choice, until it is announced again', async () => {
    const { browser, updates, start } = createWorld();
    await start();
    browser.tell({ kind: 'added', instance: instance('a') });
    browser.tell({ kind: 'leaving', instance: instance('a') });
    browser.tell({ kind: 'updated', instance: instance('a') });
    expect(updates).toMatchObject([
      { kind: 'add', endpoints: [{ draining: false }] },
      { kind: 'add', endpoints: [{ id: 'mdns:a', draining: true }] },
      { kind: 'add', endpoints: [{ id: 'mdns:a', draining: false }] },
    ]);
  });

  test('a goodbye that its owner contradicts removes nothing', async () => {
    const { browser, clock, updates, start } = createWorld();
    await start();
    browser.tell({ kind: 'removed', instance: instance('a'), lost: 'goodbye' });
    await clock.advance(1_100);
    browser.tell({ kind: 'added', instance: instance('a') });
    await clock.advance(10_000);
    expect(updates.map(({ kind }) => kind)).toEqual(['gone', 'add']);
  });
});

describe('filters', () => {
  test('only instances that match are used; one that ceases to match is removed', async () => {
    const { browser, updates, start } = createWorld({ where: [{ key: 'role', value: 'primary' }], instance: 'redis*' });
    await start();
    browser.tell({ kind: 'added', instance: instance('redis a', undefined, { txt: txtOf({ role: 'primary' }) }) });
    browser.tell({ kind: 'updated', instance: instance('redis a', undefined, { txt: txtOf({ role: 'replica' }) }) });
    browser.tell({ kind: 'added', instance: instance('other', undefined, { txt: txtOf({ role: 'primary' }) }) });
    expect(updates.map(({ kind }) => kind)).toEqual(['add', 'remove', 'remove']);
  });
});

describe('address policy', () => {
  test('keeps the addresses that may be dialled, in order, each once', async () => {
    const { browser, updates, start, refused } = createWorld();
    await start();
    browser.tell({
      kind: 'added',
      instance: instance('a', ['8.8.8.8', '10.99.0.7', '::ffff:10.99.0.7', 'fe80::7%eth0']),
    });
    expect(updates).toMatchObject([{ endpoints: [{ addresses: ['10.99.0.7', 'fe80::7%eth0'] }] }]);
    expect(refused).toEqual([]);
  });

  test('an instance without any is not used and told once, with the reason for each address', async () => {
    const { browser, updates, start, refused } = createWorld();
    await start();
    for (const kind of ['added', 'updated', 'updated'] as const) {
      browser.tell({ kind, instance: instance('rogue', ['127.0.0.1', '169.254.169.254']) });
    }
    expect(updates.every(({ kind }) => kind === 'remove')).toBe(true);
    expect(refused).toMatchObject([
      {
        service: 'redis',
        instance: 'rogue',
        addresses: [
          { address: '127.0.0.1', refusal: 'loopback' },
          { address: '169.254.169.254', refusal: 'metadata' },
        ],
      },
    ]);
  });

  test('it is told again when it left and came back, and used as soon as it may be', async () => {
    const { browser, source, updates, start, refused } = createWorld();
    await start();
    const rogue = instance('rogue', ['127.0.0.1']);
    browser.tell({ kind: 'added', instance: rogue });
    browser.tell({ kind: 'removed', instance: rogue, lost: 'goodbye' });
    browser.tell({ kind: 'added', instance: rogue });
    expect(refused).toHaveLength(2);
    expect(source.listRefused?.()).toEqual(refused.slice(1));
    browser.tell({ kind: 'updated', instance: instance('rogue', ['10.99.0.9']) });
    expect(source.listRefused?.()).toEqual([]);
    expect(updates.at(-1)?.kind).toBe('add');
  });

  test('a flood of refused instances is remembered up to 256', async () => {
    const { browser, start, refused } = createWorld();
    await start();
    for (let index = 0; index <= 256; index++)
      browser.tell({ kind: 'added', instance: instance(`r${index}`, ['::1']) });
    browser.tell({ kind: 'updated', instance: instance('r256', ['::1']) });
    expect(refused).toHaveLength(257);
    browser.tell({ kind: 'updated', instance: instance('r0', ['::1']) });
    expect(refused).toHaveLength(258);
  });

  test('allowed networks and new interfaces count as they are at the time', async () => {
    let interfaces: readonly NetworkInterface[] = [];
    const { browser, updates, start } = createWorld({
      interfaces: () => interfaces,
      allowed: [parseCidr('10.50.0.0/16')],
    });
    await start();
    browser.tell({ kind: 'added', instance: instance('far', ['10.50.1.1']) });
    browser.tell({ kind: 'added', instance: instance('near', ['10.99.0.2']) });
    interfaces = [eth0];
    browser.tell({ kind: 'updated', instance: instance('near', ['10.99.0.2']) });
    expect(updates.map(({ kind }) => kind)).toEqual(['add', 'remove', 'add']);
  });
});

describe('verify', () => {
  test('asks the node, once a second for each instance at most', async () => {
    const { browser, clock, source, start } = createWorld();
    await start();
    for (let time = 0; time < 5; time++) source.verify('mdns:redis on h1');
    source.verify('mdns:redis on h2');
    await clock.advance(1_000);
    source.verify('mdns:redis on h1');
    expect(browser.verified).toEqual(['_redis._tcp redis on h1', '_redis._tcp redis on h2', '_redis._tcp redis on h1']);
  });

  test('does not ask for the endpoints of other sources', async () => {
    const { browser, source, start } = createWorld();
    await start();
    source.verify('static:10.0.0.1:6379');
    expect(browser.verified).toEqual([]);
  });
});

describe('a name', () => {
  const type = '_http._tcp';
  const web = { type, txt: txtOf({ svc: 'web' }) };
  const printer = instance('printer', ['10.99.0.7'], { type, port: 80 });

  test('never leads to a device that shares the registered type, and a whole type to all of it', async () => {
    const byName = createWorld({ service: 'web', type: undefined });
    await byName.start();
    expect(byName.browser.browsed).toEqual(['_http._tcp', '_web._tcp']);
    byName.browser.tell({ kind: 'added', instance: printer });
    byName.browser.tell({ kind: 'added', instance: instance('shop', ['10.99.0.2'], web) });
    byName.browser.tell({
      kind: 'added',
      instance: instance('old', ['10.99.0.3'], { type: '_web._tcp', host: 'old' }),
    });
    expect(listUsable(byName.updates)).toEqual(['10.99.0.2 12345', '10.99.0.3 12345']);
    const byType = createWorld({ service: 'http', type });
    await byType.start();
    byType.browser.tell({ kind: 'added', instance: printer });
    byType.browser.tell({ kind: 'added', instance: instance('shop', ['10.99.0.2'], web) });
    expect(listUsable(byType.updates)).toEqual(['10.99.0.7 80', '10.99.0.2 12345']);
  });

  test('is left at once by what says that it is another service now', async () => {
    const { browser, updates, start } = createWorld({ service: 'web', type: undefined });
    await start();
    browser.tell({ kind: 'added', instance: instance('shop', ['10.99.0.2'], web) });
    browser.tell({ kind: 'updated', instance: instance('shop', ['10.99.0.2'], { type }) });
    expect(updates.at(-1)).toEqual({
      kind: 'remove',
      ids: ['mdns:shop'],
      reason: 'it is announced as another service',
    });
  });

  test('in a mesh is kept by a member whose record a stranger has written over, while it answers', async () => {
    const membership = {
      judge: ({ txt }: Instance) => (txt.has('mac') ? { meshId: '0011223344556677', draining: false } : undefined),
      explain: () => 'no member',
      onChange: () => () => undefined,
    };
    const { browser, updates, start } = createWorld({ service: 'web', type: undefined, membership });
    await start();
    browser.tell({
      kind: 'added',
      instance: instance('shop', ['10.99.0.2'], { type, txt: txtOf({ svc: 'web', mac: '' }) }),
    });
    browser.tell({ kind: 'updated', instance: instance('shop', ['10.99.0.9'], { type }) });
    browser.tell({ kind: 'added', instance: printer });
    expect(updates.map(({ kind }) => kind)).toEqual(['add', 'gone']);
  });

  test.each([
    ['what older versions announce', { type: '_web._tcp', host: 'old' }, 'mdns%_web._tcp:shop', '_web._tcp shop'],
    ['what is announced now', web, 'mdns:shop', '_http._tcp shop'],
  ])('asks after %s under its own type', async (_, change, id, asked) => {
    const { browser, updates, source, start } = createWorld({ service: 'web', type: undefined });
    await start();
    browser.tell({ kind: 'added', instance: instance('shop', ['10.99.0.2'], change) });
    expect(updates).toMatchObject([{ endpoints: [{ id }] }]);
    source.verify(id);
    expect(browser.verified).toEqual([asked]);
  });
});
