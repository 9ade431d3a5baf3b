import { expect, test } from 'vitest';
import { CliError } from '../../src/exit/cli-error.ts';
import { readAnnouncement, readTargets, refuseSharedFolders } from '../../src/requests/announce-request.ts';
import { readOrigins } from '../../src/requests/source-request.ts';
import { type Given, Settings } from '../../src/settings/settings.ts';

function given(option: string, text: string): Given {
  return { text, origin: `--${option}`, exitCode: 64 };
}

function settingsOf(options: Readonly<Record<string, readonly string[]>>): Settings {
  return new Settings([{ find: (option) => (options[option] ?? []).map((text) => given(option, text)) }]);
}

function sentenceOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CliError) return `${error.exitCode} ${error.message}`;
    throw error;
  }
  return 'no error';
}

test('a service is announced over mDNS unless --to says something else', () => {
  expect(readTargets(settingsOf({}))).toEqual({ isMdns: true, registries: [] });
  expect(readTargets(settingsOf({ to: ['mdns', 'etcd:http://a:2379/s'] }))).toEqual({
    isMdns: true,
    registries: [{ kind: 'etcd', servers: ['http://a:2379'], prefix: '/s' }],
  });
  expect(readTargets(settingsOf({ to: ['zookeeper:a/s'] })).isMdns).toBe(false);
});

test('a login is that of every registry, and not mDNS’', () => {
  const to = ['mdns', 'zookeeper:a/s', 'etcd:b:2379/s'];
  const settings = settingsOf({ to, from: to, 'registry-login-file': ['/run/login'] });
  const registries = [
    { kind: 'zookeeper', loginFile: '/run/login' },
    { kind: 'etcd', loginFile: '/run/login' },
  ];
  expect(readTargets(settings)).toMatchObject({ isMdns: true, registries });
  expect(readOrigins(settings).from).toMatchObject([{ kind: 'mdns' }, ...registries]);
  const wrong = settingsOf({ to, 'registry-login-file': ['me:secret'] });
  expect(sentenceOf(() => readTargets(wrong))).toMatch(/^64 --registry-login-file: (?!.*secret)this is a user/);
});

test('a target that is none, and a responder with nothing to say, are refused', () => {
  expect(sentenceOf(() => readTargets(settingsOf({ to: ['consul:a'] })))).toMatch(/^64 --to: "consul:a" is nowhere/);
  const options = { to: ['zookeeper:a/s'], responder: ['avahi'] };
  expect(sentenceOf(() => readTargets(settingsOf(options)))).toMatch(/^64 --responder speaks mDNS/);
});

test('services of two types never stand in one folder', () => {
  const check = (to: string, ...types: readonly string[]): string => {
    const settings = settingsOf({ to: ['mdns', to] });
    const targets = readTargets(settings);
    const announcements = types.map((type) => ({ service: type.slice(1, -5), type, targets }));
    const requests = announcements.map(({ service }) => ({ service: given('SERVICE', service), settings }));
    return sentenceOf(() => refuseSharedFolders(announcements, requests));
  };
  expect(check('zookeeper:a/s', '_redis._tcp', '_postgres._tcp')).toBe(
    '64 --to: redis and postgres would stand in one folder, /s; write {service} into its path, such as /services/{service}',
  );
  expect(check('etcd:http://a/s', '_redis._tcp', '_postgres._tcp')).toMatch(/^64 /);
  expect(check('zookeeper:a/{service}/s', '_redis._tcp', '_postgres._tcp')).toBe('no error');
  expect(check('zookeeper:a/s', '_redis._tcp')).toBe('no error');
  expect(check('zookeeper:a/s', '_redis._tcp', '_redis._tcp')).toBe('no error');
});

test.each([
  [['redis'], {}, { kind: 'redis' }, 2_000, true],
  [['mysql'], {}, { kind: 'mysql' }, 10_000, true],
  [['db:3306'], { type: ['mysql'] }, { kind: 'mysql' }, 10_000, true],
  [['web'], {}, { kind: 'tcp' }, 2_000, true],
  [['mysql'], { check: ['tcp'], 'check-interval': ['3s'] }, { kind: 'tcp' }, 3_000, false],
])('%j with %j is looked at by %j every %i ms', ([word = ''], options, check, checkIntervalMs, isCheckGuessed) => {
  const request = { service: given('SERVICE', word), settings: settingsOf(options) };
  const announcement = readAnnouncement(request, { hostName: 'h1', platform: 'linux' });
  expect(announcement).toMatchObject({ check, checkIntervalMs, isCheckGuessed });
});

test.each<[string, Readonly<Record<string, readonly string[]>>, string | undefined]>([
  ['web:3000', {}, 'web'],
  ['http:3000', {}, 'http'],
  ['shop:3000', { type: ['web'] }, 'shop'],
  ['shop:3000', { type: ['_https._tcp'] }, 'shop'],
  ['redis', {}, undefined],
  ['redis', { alias: ['Cache.local'] }, 'cache'],
  ['web:3000', { alias: ['shop'] }, 'shop'],
  ['web:3000', { 'no-alias': ['true'] }, undefined],
  ['web:3000', { to: ['etcd:http://a/s'] }, undefined],
  ['web:3000', { to: ['mdns', 'etcd:http://a/s'] }, 'web'],
  ['web:3000', { responder: ['avahi'] }, undefined],
])('announce %s with %j has the alias %s', (word, options, alias) => {
  const request = { service: given('SERVICE', word), settings: settingsOf(options) };
  expect(readAnnouncement(request, { hostName: 'h1', platform: 'linux' }).alias).toBe(alias);
});

test.each<[Readonly<Record<string, readonly string[]>>, string]>([
  [
    { alias: ['a b'] },
    `64 --alias: "a b" can't be a name in .local; write one word of a-z, 0-9 and -, such as web for web.local`,
  ],
  [
    { alias: ['localhost'] },
    `64 --alias: "localhost" can't be a name in .local; write one word of a-z, 0-9 and -, such as web for web.local`,
  ],
  [
    { alias: ['a.b'] },
    `64 --alias: "a.b" can't be a name in .local; write one word of a-z, 0-9 and -, such as web for web.local`,
  ],
  [{ alias: ['a'], 'no-alias': ['true'] }, '64 --alias and --no-alias exclude each other; leave one of them out'],
  [{ alias: ['a'], to: ['etcd:http://a/s'] }, '64 --alias is a name in mDNS; add --to mdns, or leave it out'],
  [
    { alias: ['a'], responder: ['avahi'] },
    `64 --alias: "a" can't be announced through avahi; leave it out, or leave --responder out`,
  ],
])('announce with %j is refused: %s', (options, sentence) => {
  const request = { service: given('SERVICE', 'redis'), settings: settingsOf(options) };
  expect(sentenceOf(() => readAnnouncement(request, { hostName: 'h1', platform: 'linux' }))).toBe(sentence);
});
