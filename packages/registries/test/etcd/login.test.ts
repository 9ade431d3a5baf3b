import { ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { createEtcdRegistry } from '../../src/etcd/registry.ts';
import type { Registry } from '../../src/registry.ts';
import { MemoryEtcd } from './memory-etcd.ts';

const FOLDER = '/services/redis';
/** Longer than any back-off. */
const LONG_MS = 60_000;
const MINUTES = 10;

interface World {
  readonly clock: ManualClock;
  readonly etcd: MemoryEtcd;
  readonly registry: Registry;
  /** What was told of the folder, and of the entry. */
  readonly told: string[];
  readonly kept: string[];
  /** What the file holds. */
  login: string;
}

/** A folder that is followed and an entry that is held. */
async function begin(login: string | undefined, users: readonly string[] = ['me:se:cret']): Promise<World> {
  const clock = new ManualClock();
  const etcd = new MemoryEtcd();
  for (const user of users) etcd.users.add(user);
  const world = { clock, etcd, told: [] as string[], kept: [] as string[], login: login ?? '' };
  const registry = createEtcdRegistry({
    transport: etcd,
    clock,
    random: () => 0.5,
    ...(login === undefined ? {} : { login: () => world.login }),
  });
  registry.follow(FOLDER, (event) =>
    world.told.push(event.kind === 'read' ? event.entries.map(({ name }) => name).join() : event.reason),
  );
  registry
    .hold(FOLDER, 'h1', (event) => world.kept.push(event.kind === 'written' ? event.value : event.reason))
    .write('one');
  await clock.advance(0);
  return Object.assign(world, { registry });
}

describe('a user and a password', () => {
  test('are told once, before anything is asked for; the password may have colons', async () => {
    const { clock, etcd, registry, told, kept } = await begin('me:se:cret');
    await clock.advance(LONG_MS);
    expect(told.at(-1)).toBe('h1');
    expect(kept).toEqual(['one']);
    expect(etcd.logins).toBe(1);
    await registry.close();
    expect([etcd.keys, clock.pendingTimers]).toEqual([[], 0]);
  });

  test('are told again once etcd has forgotten its token, while nobody notices', async () => {
    const { clock, etcd, registry, told, kept } = await begin('me:se:cret');
    await clock.advance(100);
    etcd.forgetTokens();
    await clock.advance(LONG_MS);
    etcd.write(`${FOLDER}/h2`, 'two');
    await clock.advance(0);
    expect(told.at(-1)).toBe('h1,h2');
    expect([told.filter((text) => !text.startsWith('h')), kept]).toEqual([[''], ['one']]);
    expect(etcd.logins).toBe(2);
    await registry.close();
  });

  test('are told again where a watch is taken up with a token that is stale', async () => {
    const { clock, etcd, registry, told } = await begin('me:se:cret');
    await clock.advance(100);
    etcd.forgetTokens();
    etcd.endWatches();
    await clock.advance(1_500);
    etcd.write(`${FOLDER}/h2`, 'two');
    await clock.advance(0);
    expect(told.at(-1)).toBe('h1,h2');
    expect([etcd.watches, etcd.logins]).toEqual([1, 2]);
    await registry.close();
  });

  test('that are wrong are told of in a sentence, and tried less and less often; those of the file work once it is right', async () => {
    const world = await begin('me:wrong');
    const { clock, etcd, registry, told, kept } = world;
    await clock.advance(MINUTES * 60_000);
    const sentence =
      'etcd refuses this user and password; write those of a user that it knows in the file of --registry-login-file';
    expect([new Set(told), new Set(kept)]).toEqual([new Set([sentence]), new Set([sentence])]);
    expect(etcd.logins).toBeGreaterThan(MINUTES);
    expect(etcd.logins).toBeLessThan(MINUTES * 12);
    world.login = 'me:se:cret';
    await clock.advance(LONG_MS);
    expect([told.at(-1), kept.at(-1)]).toEqual(['h1', 'one']);
    await registry.close();
  });

  test('are asked for in a sentence where there are none', async () => {
    const { clock, etcd, registry, told, kept } = await begin(undefined);
    await clock.advance(LONG_MS);
    for (const text of [...told, ...kept])
      expect(text).toMatch(/^etcd wants to know who asks; .*--registry-login-file$/);
    expect([told.length, kept.length, etcd.logins]).toEqual([1, 1, 0]);
    await registry.close();
  });

  test('without the right are told of with the place and the remedy', async () => {
    const { clock, etcd, registry, told, kept } = await begin('me:se:cret', ['me:se:cret']);
    await clock.advance(100);
    etcd.forbidden.add('/services/');
    etcd.forgetTokens();
    etcd.expireLeases();
    await clock.advance(LONG_MS);
    expect(told.at(-1)).toMatch(
      /^this user may not read \/services\/redis\/ \(permission denied\); grant it .*, or name another user/,
    );
    expect(kept).toContainEqual(
      expect.stringMatching(/^this user may not write \/services\/redis\/h1 \(permission denied\); grant it/),
    );
    expect(etcd.logins).toBeLessThan(20);
    await registry.close();
  });

  test('are no hindrance where etcd has no users yet, and used when it has', async () => {
    const { clock, etcd, registry, told, kept } = await begin('me:se:cret', []);
    await clock.advance(100);
    expect([told.at(-1), kept]).toEqual(['h1', ['one']]);
    etcd.users.add('me:se:cret');
    await clock.advance(LONG_MS);
    etcd.write(`${FOLDER}/h2`, 'two');
    await clock.advance(0);
    expect([told.at(-1), kept]).toEqual(['h1,h2', ['one']]);
    await registry.close();
  });

  test('are in nothing that is told, whatever etcd says of them', async () => {
    const { clock, etcd, registry, told, kept } = await begin(undefined, []);
    await registry.close();
    const echo = Object.assign(Object.create(etcd), {
      ask: async (_: string, body: object) => ({ status: 418, body: JSON.stringify({ error: JSON.stringify(body) }) }),
    });
    const other = createEtcdRegistry({ transport: echo, clock, random: () => 0.5, login: () => 'me:se-cret' });
    other.follow(FOLDER, (event) => told.push(JSON.stringify(event)));
    other.hold(FOLDER, 'h1', (event) => kept.push(JSON.stringify(event))).write('one');
    await clock.advance(LONG_MS);
    expect(told.at(-1)).toContain('etcd refuses this login');
    expect([...told, ...kept].join()).not.toContain('se-cret');
    await other.close();
  });
});
