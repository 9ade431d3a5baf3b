import { expect, test } from 'vitest';
import type { HttpCredential } from '../../src/credential.ts';
import { type Audience, findForeign } from '../../src/http/foreign-page.ts';
import { bearer, ChangingSecret, openHttp, readAll, readUntil, serve } from './http-world.ts';

const NOBODY: Audience = { hosts: [], origins: [] };

function judge(fields: Readonly<Record<string, string>>, audience: Audience = NOBODY, method = 'GET'): string {
  const rawHeaders = Object.entries(fields).flat();
  return findForeign({ method, rawHeaders }, audience) ?? 'passes';
}

test.each([
  'localhost:8081',
  'localhost.',
  'LOCALHOST',
  'app.localhost:80',
  '127.0.0.1:8081',
  '127.1',
  '[::1]:8081',
  '192.168.1.5:8081',
  'api:8080',
  'api_v1',
  'host.docker.internal:8081',
  'redis.ambassador.internal',
  '',
])('Host "%s" is none that a web page can have pointed here', (Host) => {
  expect(judge({ Host })).toBe('passes');
});

test('without Host, as HTTP/1.0 may be, it is no browser', () => {
  expect(judge({})).toBe('passes');
});

test.each([
  'attacker.example:8081',
  'attacker.example.',
  'xn--e1afmkfd.test',
  'a.local',
  'localhost.attacker.example',
  '1.2.3.4.attacker.example',
  '[attacker.example]',
  'a:b:c',
])('Host "%s" may be a name that was pointed here, unless it is written down', (Host) => {
  expect(judge({ Host })).toMatch(/^this port does not go by the name ".*"; .* add the name to hosts: /);
  expect(judge({ Host }, { hosts: ['*'], origins: [] })).toBe('passes');
});

test.each([
  ['api.example.com', 'API.example.com:80', true],
  ['api.example.com', 'v1.api.example.com', false],
  ['*.example.com', 'v1.api.example.com', true],
  ['*.example.com', 'example.com', false],
  ['*.example.com', 'badexample.com', false],
])('with hosts: [%s], Host "%s" passes: %s', (known, Host, isKnown) => {
  expect(judge({ Host }, { hosts: [known], origins: [] }) === 'passes').toBe(isKnown);
});

test.each([
  { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost:5173' },
  { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' },
  { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate' },
  { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
  { Origin: 'http://localhost:8081' },
  { Origin: 'HTTP://LOCALHOST:8081' },
])('a page of its own, the person, and a link that somebody follows are welcome: %j', (fields) => {
  expect(judge({ Host: 'localhost:8081', ...fields })).toBe('passes');
});

test.each([
  ['http://web', 'web:80'],
  ['https://web', 'web'],
  ['https://web', 'web:443'],
])('an Origin %s is that of Host %s', (Origin, Host) => {
  expect(judge({ Host, Origin })).toBe('passes');
});

test.each([
  { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' },
  { 'Sec-Fetch-Site': 'same-site', Origin: 'http://localhost:5173' },
  { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://localhost:8081' },
  { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
  { Origin: 'https://attacker.example' },
  { Origin: 'null' },
  { Origin: 'http://localhost:8081, https://attacker.example' },
  { Origin: 'http://localhost:80810' },
])('a page of another site may not act as the user: %j', (fields) => {
  const refused = judge({ Host: 'localhost:8081', ...fields });
  expect(refused).toMatch(/^pages of .* may not ask for this.* origins: /);
  expect(judge({ Host: 'localhost:8081', ...fields }, { hosts: [], origins: ['*'] })).toBe('passes');
});

test('a form of another site is sent by nobody who follows a link', () => {
  const fields = {
    Host: 'a',
    'Sec-Fetch-Site': 'cross-site',
    'Sec-Fetch-Mode': 'navigate',
    'Sec-Fetch-Dest': 'document',
  };
  expect(judge(fields, NOBODY, 'POST')).toMatch(/^pages of other sites/);
});

test('an origin that is written down may ask, and no other', () => {
  const origins = ['http://localhost:5173'];
  const fields = { Host: 'localhost:8081', 'Sec-Fetch-Site': 'same-site' };
  expect(judge({ ...fields, Origin: 'http://localhost:5173' }, { hosts: [], origins })).toBe('passes');
  expect(judge({ ...fields, Origin: 'http://localhost:5174' }, { hosts: [], origins })).toMatch(/^pages of "http:/);
});

test('what is foreign gets 403 with the remedy, is told, and does not reach the service', async () => {
  const world = await openHttp();
  world.client.write('POST /delete HTTP/1.1\r\nHost: a\r\nOrigin: https://x.example\r\nContent-Length: 1\r\n\r\nx');
  expect((await readAll(world.client)).text).toMatch(
    /^HTTP\/1\.1 403 Forbidden[\s\S]*"https:\/\/x\.example".*origins: there/,
  );
  expect(world.service.read()).toBeNull();
  expect(world.events).toMatchObject([
    { kind: 'foreign', protocol: 'http', reason: expect.stringContaining('x.example') },
  ]);
});

test('a websocket of another site is as foreign', async () => {
  const world = await openHttp();
  world.client.write(
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: https://x.example\r\n\r\n',
  );
  expect((await readAll(world.client)).text).toMatch(/^HTTP\/1\.1 403 Forbidden/);
  expect(world.service.read()).toBeNull();
});

const NAMED: HttpCredential = { ...bearer(new ChangingSecret('t')), tls: { serverName: 'api.example.test' } };

test.each<[HttpCredential, string, string]>([
  [bearer(new ChangingSecret('t')), 'localhost:8081', 'localhost:8081'],
  [{ ...bearer(new ChangingSecret('t')), host: 'api.example.test:81' }, 'localhost:8081', 'api.example.test:81'],
  [NAMED, 'localhost:8081', 'api.example.test'],
  [NAMED, 'api.example.test:8081', 'api.example.test'],
  [{ ...NAMED, tls: { serverName: '::1' } }, 'localhost', '[::1]'],
  [{ ...NAMED, host: 'keep' }, 'localhost:8081', 'localhost:8081'],
  [{ ...NAMED, host: 'other.example.test' }, 'localhost:8081', 'other.example.test'],
])('the service is called what it goes by (%#)', async (credential, said, heard) => {
  const world = await openHttp(credential);
  const seen: unknown[] = [];
  serve(world, ({ rawHeaders }, response) => {
    seen.push(rawHeaders.filter((_value, index) => rawHeaders[index - 1]?.toLowerCase() === 'host'));
    response.end('hi');
  });
  world.client.write(`GET / HTTP/1.1\r\nhost: ${said}\r\n\r\n`);
  await readUntil(world.client, /hi/);
  expect(seen).toEqual([[heard]]);
});

test('a request of HTTP/1.0 without Host is given one, and one alone', async () => {
  for (const [credential, heard] of [
    [NAMED, 'api.example.test'],
    [bearer(new ChangingSecret('t')), 'localhost'],
  ] as const) {
    const world = await openHttp(credential);
    world.client.write('GET / HTTP/1.0\r\n\r\n');
    expect((await readUntil(world.service, /\r\n\r\n/)).match(/^Host: .*/gm)).toEqual([`Host: ${heard}`]);
  }
});
