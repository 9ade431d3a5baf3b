import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Unknowns } from '@mdns-ambassador/relay/read-value';
import { expect, onTestFinished, test } from 'vitest';
import { areKnown, readFound } from '../../../src/commands/run/known.ts';
import type { RuntimeSurroundings } from '../../../src/process/runtime-folder.ts';
import { type PlannedProxy, readPlannedProxy } from '../../../src/requests/plan.ts';
import { Settings } from '../../../src/settings/settings.ts';

const STATIC = 'static:10.0.0.1:6379';

function plan(service: string, options: Readonly<Record<string, string>> = {}): PlannedProxy {
  const find = (name: string) => {
    const text = options[name];
    return text === undefined ? [] : [{ text, origin: `--${name}`, exitCode: 64 }];
  };
  const given = { text: service, origin: 'SERVICE', exitCode: 64 };
  return readPlannedProxy({ service: given, settings: new Settings([{ find }]) }, 'linux', { portOfNone: 0 });
}

/** Where nothing runs. */
function alone(): RuntimeSurroundings {
  const folder = mkdtempSync(join(tmpdir(), 'known-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'ambassador'), { mode: 0o700 });
  return { env: { XDG_RUNTIME_DIR: folder }, platform: 'linux', uid: process.getuid?.(), temporary: folder };
}

test.each<readonly [string, Readonly<Record<string, string>>, boolean]>([
  ['an address that is written', { from: STATIC }, true],
  ['an address, checked before it is used', { from: STATIC, check: 'tcp' }, false],
  ['an address that is woken', { from: STATIC, wake: 'auto' }, false],
  ['an address that a filter may leave out', { from: STATIC, instance: 'x*' }, false],
  ['a name that is looked up', { from: 'static:example.com:6379' }, false],
  ['what is found by another source', { from: 'srv:_redis._tcp.example.com' }, false],
  ['what mDNS is to find, where nobody knows it', {}, false],
])('%s: is known, %o %s', async (_, options, isKnown) => {
  expect(await areKnown([plan('redis', options)], [], alone())).toBe(isKnown);
});

test('of several services each has to be known', async () => {
  expect(await areKnown([plan('redis', { from: STATIC }), plan('web')], [], alone())).toBe(false);
});

const endpoint = (state: string, source: string = 'mdns'): object => ({ state, source });
const status = (of: object): Unknowns => ({ meshes: [], announcements: [], services: [], ...of });

test('another process says what mDNS has told it of now, and what it announces itself', () => {
  const services = [
    { service: 'redis', endpoints: [endpoint('ejected'), endpoint('ready')] },
    { service: 'lost', endpoints: [endpoint('stale')] },
    { service: 'named', endpoints: [endpoint('ready', 'static')] },
    { service: 'awaited', endpoints: [] },
  ];
  const announced = { state: 'announced', source: 'mdns' };
  const announcements = [
    { ...announced, service: 'web', type: '_http._tcp' },
    { ...announced, service: 'sick', type: '_sick._tcp', state: 'withdrawn' },
  ];
  expect(readFound(status({ services, announcements }), [])).toEqual(['web', 'redis']);
});

test('what another process announces where a browse of its name does not look is not known', () => {
  const announced = { service: 'thing', type: '_thing._tcp', state: 'announced', source: 'mdns' };
  const find = (change: object): readonly string[] =>
    readFound(status({ announcements: [{ ...announced, ...change }] }), []);
  expect(find({})).toEqual(['thing']);
  expect(find({ type: '_other._tcp' })).toEqual([]);
  expect(find({ source: 'zookeeper:10.0.0.1:2181/services' })).toEqual([]);
});

test('what is known in another mesh, or in open mode, is not known here', () => {
  const of = { services: [{ service: 'redis', endpoints: [endpoint('ready')] }] };
  expect(readFound(status({ ...of, meshes: ['a', 'b'] }), ['b', 'a'])).toEqual(['redis']);
  expect(readFound(status({ ...of, meshes: ['a'] }), [])).toEqual([]);
  expect(readFound(status(of), ['a'])).toEqual([]);
});

const WRITTEN: unknown = { toString: 1, valueOf: 1 };

test.each<Unknowns>([
  {},
  status({ meshes: undefined }),
  status({ meshes: [WRITTEN] }),
  status({ services: { a: 1 } }),
  status({ services: [{ service: 1, endpoints: [endpoint('ready')] }] }),
  status({ announcements: [{ service: 'a', type: WRITTEN, state: 'announced', source: 'mdns' }] }),
  status({ announcements: [{ service: WRITTEN, type: '_a._tcp', state: 'announced', source: 'mdns' }] }),
])('an answer that is no status says nothing: %j', (said) => {
  expect(readFound(said, [])).toEqual([]);
});
