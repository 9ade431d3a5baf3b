import { createMdnsNode, type MdnsNode } from '@mdns-ambassador/mdns';
import { ManualClock, MemoryNetwork, seededRandom } from '@mdns-ambassador/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Pool } from '../../src/pool/pool.ts';
import { createMdnsSource } from '../../src/sources/mdns.ts';
import type { Source } from '../../src/sources/source.ts';
import { resolveEndpoints } from '../../src/watch/resolve.ts';

/** Two hosts on one link: h1 announces, h2 looks. */
describe('with real nodes on an in-memory link', () => {
  let clock: ManualClock;
  let announcer: MdnsNode;
  let looker: MdnsNode;
  let createSource: () => Source;

  beforeEach(async () => {
    clock = new ManualClock();
    const network = new MemoryNetwork({ clock, random: seededRandom(1) });
    const join = (name: string, address: string) => {
      const host = network.addHost(name);
      host.connect('eth0', 'lan', [address]);
      const node = createMdnsNode({ network: host, clock, random: seededRandom(2), hostLabel: `${name}-k3x9` });
      return { host, node };
    };
    const h1 = join('h1', '10.99.0.1/24');
    const h2 = join('h2', '10.99.0.2/24');
    announcer = h1.node;
    looker = h2.node;
    await Promise.all([announcer.start(), looker.start()]);
    createSource = () =>
      createMdnsSource({
        service: 'redis',
        type: '_redis._tcp',
        browser: looker,
        interfaces: () => h2.host.interfaces(),
        clock,
      });
  });

  afterEach(async () => {
    const closed = Promise.all([announcer.close(), looker.close()]);
    await clock.advance(5_000);
    await closed;
  });

  const publish = async () => {
    const publication = announcer.publish({ name: 'redis on h1', type: '_redis._tcp', port: 12345, weight: 7 });
    publication.announce();
    await clock.advance(3_000);
    return publication;
  };

  test('a service that is announced is found, drains, and leaves with its goodbye', async () => {
    const pool = new Pool({ sources: ['mdns'], merge: 'union', balance: 'p2c', random: seededRandom(3) });
    const source = createSource();
    await source.start((update) => pool.apply('mdns', update, clock.now()));
    const publication = await publish();
    expect(pool.snapshot()).toMatchObject([
      { id: 'mdns:redis on h1', addresses: ['10.99.0.1'], port: 12345, weight: 7, state: 'ready' },
    ]);
    publication.update({ txt: new Map([['st', new TextEncoder().encode('drain')]]) });
    await clock.advance(2_000);
    expect(pool.snapshot()).toMatchObject([{ state: 'draining' }]);
    publication.withdraw();
    await clock.advance(1_500);
    expect(pool.snapshot()).toMatchObject([{ state: 'stale' }]);
    await clock.advance(2_000);
    expect(pool.hasEndpoint()).toBe(false);
    await source.close();
  });

  test('resolve ends well before its timeout once it has the answer', async () => {
    await publish();
    const startedAt = clock.now();
    let took = Number.POSITIVE_INFINITY;
    const search = resolveEndpoints(
      { sources: [createSource()], merge: 'union', balance: 'p2c', clock, random: seededRandom(4) },
      2_000,
    ).then((found) => {
      took = clock.now() - startedAt;
      return found;
    });
    await clock.advance(2_000);
    expect(await search).toMatchObject([{ id: 'mdns:redis on h1', state: 'ready' }]);
    expect(took).toBeLessThan(700);
  });
});
