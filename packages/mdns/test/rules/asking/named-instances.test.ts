import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BrowseEvent, Instance } from '../../../src/instance.ts';
import { NamedInstances } from '../../../src/rules/asking/named-instances.ts';
import { readTxtText } from '../../../src/txt-text.ts';
import { asciiBytes } from '../../wire/hex.ts';

function instance(name: string, type: string, svc?: string, change: Partial<Instance> = {}): Instance {
  return {
    name,
    type,
    host: `${name}.local`,
    port: 3000,
    priority: 0,
    weight: 0,
    txt: new Map(svc === undefined ? [] : [['svc', asciiBytes(svc)]]),
    addresses: [{ address: '10.0.0.1', interfaceName: 'eth0', isFromThisHost: false }],
    announcer: '10.0.0.1',
    ...change,
  };
}

/** What each event leads to, as `added shop`, with the link where there is one. */
function follow(service: string, ...events: readonly BrowseEvent[]): readonly string[] {
  const named = new NamedInstances(service);
  return events.flatMap((event) =>
    named.take(event).map((told) => {
      const { name, link } = told.instance;
      return `${told.kind}${told.kind === 'removed' ? ` ${told.lost}` : ''} ${name}${link === undefined ? '' : ` (${link})`}`;
    }),
  );
}

const added = (one: Instance): BrowseEvent => ({ kind: 'added', instance: one });
const updated = (one: Instance): BrowseEvent => ({ kind: 'updated', instance: one });
const removed = (one: Instance): BrowseEvent => ({ kind: 'removed', instance: one, lost: 'goodbye' });

test('a printer is no web, and neither is what says that it is something else', () => {
  const printer = instance('printer', '_http._tcp');
  const other = instance('other', '_http._tcp', 'shop');
  const forged = instance('forged', '_http._tcp', 'redis');
  const web = instance('web', '_HTTP._tcp', 'Web');
  expect(follow('web', added(printer), added(other), added(forged), added(web), removed(printer))).toEqual([
    'added web',
  ]);
});

test('what says that it is web is no http; a type that is one service needs not say so', () => {
  expect(follow('http', added(instance('web', '_http._tcp', 'web')), added(instance('nas', '_http._tcp')))).toEqual([
    'added nas',
  ]);
  const own = instance('own', '_postgresql._tcp', 'pg');
  expect(follow('postgres', added(own), added(instance('bonjour', '_postgresql._tcp')))).toEqual([
    'added own',
    'added bonjour',
  ]);
});

test('what older versions announce is found, and told apart from others of its name', () => {
  const old = instance('shop', '_web._tcp', undefined, { host: 'h1.local' });
  const recent = instance('shop', '_http._tcp', 'web', { host: 'h2.local' });
  expect(follow('web', added(old), added(recent), updated(old), removed(old))).toEqual([
    'added shop (_web._tcp)',
    'added shop',
    'updated shop (_web._tcp)',
    'removed goodbye shop (_web._tcp)',
  ]);
});

test('one that is announced as both is told once, whatever came first, and goes on when one of them ends', () => {
  const old = instance('shop', '_web._tcp');
  const recent = instance('shop (2)', '_http._tcp', 'web', { host: 'SHOP.local' });
  expect(follow('web', added(old), added(recent), updated(old), removed(recent))).toEqual([
    'added shop (_web._tcp)',
    'added shop (2)',
    'removed expired shop (_web._tcp)',
    'removed goodbye shop (2)',
    'added shop (_web._tcp)',
  ]);
  expect(follow('web', added(recent), added(old), removed(old), removed(recent))).toEqual([
    'added shop (2)',
    'removed goodbye shop (2)',
  ]);
});

test('a port that becomes another service is lost, and found again', () => {
  const web = instance('x', '_http._tcp', 'web');
  const other = instance('x', '_http._tcp');
  expect(
    follow('web', updated(web), updated(other), updated(other), { kind: 'leaving', instance: web }, removed(other)),
  ).toEqual(['added x', 'removed goodbye x', 'added x', 'leaving x', 'removed goodbye x']);
});

test('whatever is announced, what is told is of the service, each place once, and adds up', () => {
  const someone = fc.record({
    next: fc.constantFrom('updated' as const, 'leaving' as const, 'removed' as const),
    name: fc.constantFrom('a', 'b'),
    type: fc.constantFrom('_http._tcp', '_web._tcp'),
    svc: fc.constantFrom(undefined, 'web', 'http', 'shop'),
    host: fc.constantFrom('h1.local', 'h2.local'),
    port: fc.constantFrom(1, 2),
  });
  fc.assert(
    fc.property(fc.array(someone, { maxLength: 40 }), (all) => {
      const named = new NamedInstances('web');
      const heard = new Map<string, Instance>();
      const told = new Map<string, Instance>();
      for (const { next, name, type, svc, ...place } of all) {
        const one = instance(name, type, svc, place);
        const key = `${type}/${name}`;
        const kind = heard.has(key) ? next : 'added';
        if (kind === 'removed') heard.delete(key);
        else heard.set(key, one);
        for (const event of named.take(kind === 'removed' ? removed(one) : { kind, instance: one })) {
          const id = `${event.instance.link ?? ''}:${event.instance.name}`;
          expect(told.has(id)).toBe(event.kind !== 'added');
          if (event.kind === 'removed') told.delete(id);
          else told.set(id, event.instance);
        }
        const places = (instances: Iterable<Instance>): readonly string[] =>
          [...instances].map(({ host, port }) => `${host}:${port}`).toSorted();
        const wanted = [...heard.values()].filter(
          ({ type: as, txt }) => as === '_web._tcp' || readTxtText(txt, 'svc') === 'web',
        );
        expect([...new Set(places(told.values()))]).toEqual([...new Set(places(wanted))]);
        const registered = [...told.values()].filter(({ type: as }) => as === '_http._tcp');
        const others = [...told.values()].filter(({ type: as }) => as === '_web._tcp');
        expect(others.filter((one) => places(registered).includes(places([one])[0] ?? ''))).toEqual([]);
      }
    }),
  );
});
