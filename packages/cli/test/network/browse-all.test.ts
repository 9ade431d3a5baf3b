import type { BrowseEvent, Instance, MdnsNode } from '@mdns-ambassador/mdns';
import { expect, test } from 'vitest';
import { type BrowsedAll, browseAll } from '../../src/network/browse-all.ts';

/** A node on whose link the test says what is announced. */
class SpokenLink {
  readonly browsed = new Map<string, (event: BrowseEvent) => void>();
  closed = 0;
  announceType: (type: string) => void = () => undefined;
  readonly #close = (): void => {
    this.closed += 1;
  };
  readonly node: Pick<MdnsNode, 'browse' | 'browseTypes'> = {
    browse: ({ type }, listener) => {
      this.browsed.set(type, listener);
      return { close: this.#close };
    },
    browseTypes: (listener) => {
      this.announceType = listener;
      return { close: this.#close };
    },
  };

  say(kind: 'added' | 'updated' | 'leaving' | 'removed', name: string, type = '_redis._tcp', port = 1): void {
    const instance: Instance = {
      name,
      type,
      host: 'h1.local',
      port,
      priority: 0,
      weight: 0,
      txt: new Map(),
      addresses: [],
      announcer: '10.0.0.1',
    };
    this.browsed.get(type)?.(kind === 'removed' ? { kind, instance, lost: 'goodbye' } : { kind, instance });
  }
}

function listNames(all: BrowsedAll): readonly string[] {
  return all.list().map(({ instance, isLeaving }) => `${instance.name}:${instance.port}${isLeaving ? ' leaves' : ''}`);
}

test('every type that is announced is browsed, and an instance is there until it is removed', () => {
  const link = new SpokenLink();
  let changes = 0;
  const all = browseAll(link.node, { types: 9, instances: 9 }, () => {
    changes += 1;
  });
  for (const type of ['_redis._tcp', '_http._tcp']) link.announceType(type);
  link.say('added', 'a');
  link.say('added', 'page', '_http._tcp');
  link.say('updated', 'a', '_redis._tcp', 2);
  expect(listNames(all)).toEqual(['a:2', 'page:1']);
  link.say('leaving', 'a');
  expect(listNames(all)).toEqual(['a:1 leaves', 'page:1']);
  link.say('updated', 'a');
  link.say('removed', 'page', '_http._tcp');
  expect(listNames(all)).toEqual(['a:1']);
  expect(changes).toBe(6);
  all.close();
  expect(link.closed).toBe(3);
});

test('who announces without end takes no more than the limits, and what was there goes on being followed', () => {
  const link = new SpokenLink();
  const all = browseAll(link.node, { types: 2, instances: 2 }, () => undefined);
  for (const type of ['_redis._tcp', '_a._tcp', '_b._tcp']) link.announceType(type);
  expect([...link.browsed.keys()]).toEqual(['_redis._tcp', '_a._tcp']);
  for (const name of ['a', 'b', 'c']) link.say('added', name);
  link.say('updated', 'a', '_redis._tcp', 3);
  expect(listNames(all)).toEqual(['a:3', 'b:1']);
  link.say('removed', 'b');
  link.say('added', 'd');
  expect(listNames(all)).toEqual(['a:3', 'd:1']);
});
