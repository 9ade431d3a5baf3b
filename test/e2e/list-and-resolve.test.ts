import type { HostProcess, Lab } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, list, runAmbassador, spawnAmbassador, startProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';
import { RawPeer } from './mdns/raw-peer.ts';

const INSTANCE_KEYS = [
  'service',
  'instance',
  'type',
  'host',
  'port',
  'addresses',
  'txt',
  'priority',
  'weight',
  'secure',
  'source',
];
const ENDPOINT_KEYS = ['service', 'address', 'port', 'instance', 'priority', 'weight', 'secure', 'source', 'state'];

/** A busy machine may take longer than two seconds to answer. */
const PATIENTLY = ['--timeout', '6s'];

/** CONTRACT 2, for the service that `announceThing` announces on h1. */
const THING = {
  service: 'thing',
  instance: 'thing on h1',
  type: '_thing._tcp',
  host: expect.stringMatching(/^h1-[0-9a-z]+\.local$/),
  port: 7000,
  addresses: ['10.99.0.1', expect.stringMatching(/^fe80::[0-9a-f:]+%eth0$/)],
  txt: { txtvers: '1', id: expect.stringMatching(/./), colour: 'green', ready: true },
  priority: 5,
  weight: 10,
  secure: false,
  source: 'mdns',
};

await labTest('list --json prints the instances of a service, and nothing else', { hosts: 2 }, async (lan) => {
  await announceThing(lan);
  const listed = await runAmbassador(lan.host(2), ['list', 'thing', '--json', ...PATIENTLY]);
  expect(listed.code).toBe(0);
  const instances = JSON.parse(listed.stdout);
  expect(instances).toEqual([THING]);
  expect(Object.keys(instances[0])).toEqual(INSTANCE_KEYS);
  expect(Object.keys(instances[0].txt).slice(0, 2)).toEqual(['txtvers', 'id']);
});

await labTest('list --json without a service prints instances of every type', { hosts: 2 }, async (lan) => {
  await announceThing(lan);
  await announce(lan.host(2), 'other:9', '--check', 'none');
  const names = async () => (await list(lan.host(2))).map(({ instance }) => instance).sort();
  await expect.poll(names).toEqual(['other on h2', 'thing on h1']);
});

await labTest('list --watch says once that nothing is there, and goes on', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  const watching = spawnAmbassador(h1, ['list', 'thing', '--watch', '--timeout', '300ms']);
  await watching.line(/^ambassador: open mode: thing was not found on eth0 \(10\.99\.0\.1\) so far/m);
  await announce(h1, 'thing:9', '--check', 'none');
  await watching.line(/^\[\+\] thing /m);
});

await labTest('list of what is not there prints an empty array and ends with 69', { hosts: 1 }, async (lan) => {
  const listed = await runAmbassador(lan.host(1), ['list', 'thing', '--timeout', '300ms', '--json']);
  expect(listed.code).toBe(69);
  expect(JSON.parse(listed.stdout)).toEqual([]);
});

await labTest('list says of what is announced without an address that nobody told it', { hosts: 2 }, async (lan) => {
  const device = await RawPeer.start(lan.host(1));
  const listing = spawnAmbassador(lan.host(2), ['list', 'thing', ...PATIENTLY]);
  await device.expect(({ questions }) => questions.includes('PTR _thing._tcp.local'));
  device.send({
    kind: 'response',
    answers: ['_thing._tcp.local 4500 IN PTR lamp._thing._tcp.local'],
    additionals: ['lamp._thing._tcp.local 120 IN! SRV 0 0 80 10.99.0.1', 'lamp._thing._tcp.local 4500 IN! TXT'],
  });
  await listing.line(
    /^ambassador: "lamp" is announced at 10\.99\.0\.1, but nobody said within 6s which address that is$/m,
  );
});

await labTest('list for people names the instance, where it is and its TXT', { hosts: 2 }, async (lan) => {
  await announceThing(lan);
  const { stdout } = await runAmbassador(lan.host(2), ['list', 'thing', ...PATIENTLY]);
  expect(stdout).toContain('thing on h1');
  expect(stdout).toMatch(/10\.99\.0\.1.*7000/);
  expect(stdout).toContain('colour=green');
});

await labTest('list --watch --json prints a line for each thing that happens', { hosts: 2 }, async (lan) => {
  const watching = spawnAmbassador(lan.host(2), ['list', 'thing', '--watch', '--json']);
  const announcing = await announceThing(lan);
  const added = await readEvent(watching);
  expect(added).toEqual({ event: 'added', instance: THING });
  expect(Object.keys(added)).toEqual(['event', 'instance']);
  await untilSettled(lan);
  announcing.kill('SIGTERM');
  expect(await readEvent(watching)).toEqual({
    event: 'updated',
    instance: { ...THING, txt: { ...THING.txt, st: 'drain' } },
  });
  expect(await readEvent(watching)).toMatchObject({ event: 'removed', instance: { instance: 'thing on h1' } });
  expect((await watching.stop('SIGINT')).code).toBe(0);
});

await labTest('list --watch prints [+], [~] and [-] for people', { hosts: 2 }, async (lan) => {
  const watching = spawnAmbassador(lan.host(2), ['list', 'thing', '--watch']);
  const announcing = await announceThing(lan);
  await watching.line(/^\[\+\].*thing on h1/);
  await untilSettled(lan);
  announcing.kill('SIGTERM');
  await watching.line(/^\[~\].*thing on h1/);
  await watching.line(/^\[-\].*thing on h1/);
});

await labTest('resolve --json prints endpoints in the shape of the contract', { hosts: 2 }, async (lan) => {
  await announceThing(lan);
  const resolved = await runAmbassador(lan.host(2), ['resolve', 'thing', '--json', ...PATIENTLY]);
  expect(resolved.code).toBe(0);
  const endpoints = JSON.parse(resolved.stdout);
  expect(endpoints[0]).toEqual({
    service: 'thing',
    address: '10.99.0.1',
    port: 7000,
    instance: 'thing on h1',
    priority: 5,
    weight: 10,
    secure: false,
    source: 'mdns',
    state: 'ready',
  });
  for (const endpoint of endpoints) {
    expect(Object.keys(endpoint)).toEqual(ENDPOINT_KEYS);
  }
});

await labTest('resolve prints what would be tried first, in three formats', { hosts: 3 }, async (lan) => {
  await announce(lan.host(1), 'thing:7000', '--check', 'none', '--priority', '20');
  await announce(lan.host(2), 'thing:7001', '--check', 'none', '--priority', '10');
  await untilSettled(lan);
  const h3 = lan.host(3);
  const resolve = async (...flags: readonly string[]): Promise<string> =>
    (await runAmbassador(h3, ['resolve', 'thing', ...PATIENTLY, ...flags])).stdout;
  expect(await resolve()).toBe('10.99.0.2:7001\n');
  expect(await resolve('--format', 'env')).toMatch(/^THING_HOST=10\.99\.0\.2$/m);
  expect(await resolve('--format', 'env')).toMatch(/^THING_PORT=7001$/m);
  expect(await resolve('--format', 'srv')).toMatch(/\b10 0 7001 h2-\w+\.local/);
  const all = (await resolve('--all')).trim().split('\n');
  expect(all.indexOf('10.99.0.2:7001')).toBe(0);
  expect(all).toContain('10.99.0.1:7000');
});

await labTest('resolve of what is not there prints nothing and ends with 69', { hosts: 1 }, async (lan) => {
  const resolved = await runAmbassador(lan.host(1), ['resolve', 'thing', '--timeout', '300ms']);
  expect(resolved).toMatchObject({ code: 69, stdout: '' });
  expect(resolved.stderr).toMatch(/thing/);
});

await labTest('resolve --from static asks no network', { hosts: 1 }, async (lan) => {
  const args = ['resolve', 'thing', '--from', 'static:10.99.0.7:7000,10.99.0.8:7001', '--all'];
  const { stdout } = await runAmbassador(lan.host(1), args);
  expect(stdout.trim().split('\n').sort()).toEqual(['10.99.0.7:7000', '10.99.0.8:7001']);
  // Far, near, here: and the other way round.
  const places = 'static:10.5.5.5:1,10.99.0.7:1,127.0.0.1:1';
  const ordered = await runAmbassador(lan.host(1), [
    'resolve',
    'thing',
    '--from',
    places,
    '--all',
    '--prefer',
    'local',
  ]);
  expect(ordered.stdout).toBe('127.0.0.1:1\n10.99.0.7:1\n10.5.5.5:1\n');
});

async function announceThing(lan: Lab): Promise<HostProcess> {
  const h1 = lan.host(1);
  await startProgram(h1, 'service', '7000', 'h1');
  return await announce(
    h1,
    'thing:7000',
    '--txt',
    'colour=green',
    '--txt',
    'ready',
    '--priority',
    '5',
    '--weight',
    '10',
  );
}

/**
 * What was multicast is not multicast again within the next second (RFC 6762 6). A look around of six seconds outlasts the third
 * announcement, three seconds after the first, and ends three seconds after its own last question.
 */
async function untilSettled(lan: Lab): Promise<void> {
  await runAmbassador(lan.host(1), ['list', 'thing', ...PATIENTLY]);
}

async function readEvent(watching: HostProcess): Promise<Record<string, unknown>> {
  const [json] = await watching.line(/^\{.*\}$/, { stream: 'stdout' });
  return JSON.parse(json);
}
