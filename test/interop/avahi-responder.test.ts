import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, list, runAmbassador, spawnAmbassador, startProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';
import { avahi, startAvahi, startBus, startDaemon } from './peers/avahi.ts';

const NEEDS = avahi.needs;
const THROUGH_AVAHI = ['--responder', 'avahi'];

/** The JSON of what the native querier on `host` hears of the type thing. */
async function watchThings(host: Host): Promise<(event: string, part?: string) => Promise<Record<string, unknown>>> {
  const watching = spawnAmbassador(host, ['list', 'thing', '--watch', '--json']);
  return async (event, part = '') => {
    const [line] = await watching.line(new RegExp(`^\\{"event":"${event}".*${part}.*`), { stream: 'stdout' });
    return JSON.parse(line).instance;
  };
}

await labTest(
  'through avahi-daemon: a service with subtype and TXT, withdrawn when its check fails, back, and goodbye at SIGTERM',
  { hosts: 2, needs: NEEDS },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await Promise.all([startAvahi(h1), startAvahi(h2)]);
    const next = await watchThings(h2);
    const subtype = h2.spawn('avahi-browse', ['--parsable', '_blue._sub._thing._tcp']);
    let service = await startProgram(h1, 'service', '7000', 'h1');
    const flags = ['--txt', 'colour=green', '--txt', 'flag', '--subtype', 'blue', '--check-interval', '200ms'];
    const announcing = await announce(h1, 'thing:7000', ...THROUGH_AVAHI, ...flags);
    expect(await next('added')).toMatchObject({
      instance: 'thing on h1',
      host: 'h1.local',
      port: 7000,
      // The packet of one family comes first.
      addresses: expect.arrayContaining([expect.stringMatching(/^(10\.99\.0\.1|fe80:.*%eth0)$/)]),
      txt: { txtvers: '1', id: expect.any(String), colour: 'green' },
    });
    await subtype.line(/^\+;eth0;IPv4;thing/);
    await service.stop();
    await next('removed');
    await announcing.line(/^withdrew "thing on h1"/);
    service = await startProgram(h1, 'service', '7000', 'h1');
    await next('added');
    await announcing.line(/^announced thing/);
    expect(await announcing.stop('SIGTERM')).toMatchObject({ code: 0 });
    await next('updated', '"st":"drain"');
    await next('removed');
  },
);

await labTest(
  'through avahi-daemon: a name that another host has is left to it, and told',
  { hosts: 2, needs: NEEDS },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startAvahi(h1);
    const flags = ['--check', 'none', '--name', 'the thing'];
    await announce(h2, 'thing:7001', ...flags);
    const announcing = await announce(h1, 'thing:7000', ...flags, ...THROUGH_AVAHI);
    expect(announcing.stdout).toMatch(/the name "the thing" is taken: thing is called "the thing #2" now/);
    const listed = async () => (await list(h2, 'thing')).map(({ instance, port }) => [instance, port]);
    await expect.poll(listed).toEqual([
      ['the thing', 7001],
      ['the thing #2', 7000],
    ]);
  },
);

await labTest(
  'through avahi-daemon: two announcements of one name on one machine get two names',
  { hosts: 1, needs: NEEDS },
  async (lan) => {
    const h1 = lan.host(1);
    await startAvahi(h1);
    const flags = ['--check', 'none', '--name', 'the thing', ...THROUGH_AVAHI];
    await announce(h1, 'thing:7000', ...flags);
    const second = await announce(h1, 'thing:7001', ...flags);
    expect(second.stdout).toMatch(/announced thing as "the thing #2"/);
  },
);

await labTest(
  'through avahi-daemon: when the daemon, or the message bus, restarts, everything is announced again',
  { hosts: 2, needs: NEEDS },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const bus = await startBus(h1);
    const daemon = await startDaemon(h1);
    const announcing = await announce(h1, 'thing:7000', '--check', 'none', ...THROUGH_AVAHI);
    const next = await watchThings(h2);
    await next('added');
    await daemon.stop();
    await announcing.line(/^nothing is announced now: avahi-daemon ended; waiting/);
    await next('removed');
    const again = await startDaemon(h1);
    await announcing.line(/^it is back: announcing again/);
    await next('added');
    await again.stop();
    await announcing.line(/^nothing is announced now/);
    await next('removed');
    await bus.stop();
    await h1.read('rm', ['-f', '/run/dbus/system_bus_socket']);
    await startBus(h1);
    await startDaemon(h1);
    await announcing.line(/^announced thing/);
    await next('added');
  },
);

await labTest(
  'through avahi-daemon: killed outright, the daemon says goodbye in its place',
  { hosts: 2, needs: NEEDS },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startAvahi(h1);
    const next = await watchThings(h2);
    const announcing: HostProcess = await announce(h1, 'thing:7000', '--check', 'none', ...THROUGH_AVAHI);
    await next('added');
    await announcing.stop('SIGKILL');
    await next('removed');
  },
);

await labTest('avahi-daemon that is not there is told in one sentence', { hosts: 1, needs: NEEDS }, async (lan) => {
  const h1 = lan.host(1);
  const args = ['announce', 'thing:7000', '--check', 'none', ...THROUGH_AVAHI];
  const noBus = await runAmbassador(h1, args);
  expect(noBus).toMatchObject({ code: 69, stdout: '' });
  expect(noBus.stderr).toMatch(
    /^ambassador: avahi-daemon is reached over the D-Bus system bus, which is not there[^\n]*\n$/,
  );
  await startBus(h1);
  const noDaemon = await runAmbassador(h1, args);
  expect(noDaemon).toMatchObject({ code: 69, stdout: '' });
  expect(noDaemon.stderr).toMatch(/^ambassador: avahi-daemon is not running: start it[^\n]*\n$/);
});

await labTest(
  'where avahi-daemon keeps port 5353 to itself, one sentence says so, and --responder avahi and static peers work',
  { hosts: 2, needs: NEEDS },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startAvahi(h1, { disallowOtherStacks: true });
    for (const args of [['announce', 'thing:7000', '--check', 'none'], ['proxy', 'thing:7001'], ['list']]) {
      const refused = await runAmbassador(h1, args);
      expect(refused).toMatchObject({ code: 69, stdout: '' });
      expect(refused.stderr).toMatch(
        /^ambassador: mDNS can't be used here: [^\n]*--responder avahi[^\n]*static:[^\n]*\n$/,
      );
    }
    const bonjour = ['announce', 'thing:7000', '--check', 'none', '--responder', 'bonjour-service'];
    const refused = await runAmbassador(h1, bonjour);
    expect(refused).toMatchObject({ code: 69, stdout: '' });
    expect(refused.stderr).toMatch(/^ambassador: bonjour-service can't listen on UDP port 5353[^\n]*\n$/);
    await announce(h1, 'thing:7000', '--check', 'none', ...THROUGH_AVAHI);
    await expect.poll(() => list(h2, 'thing')).toMatchObject([{ instance: 'thing on h1', port: 7000 }]);
    const endpoints = await runAmbassador(h1, ['resolve', 'thing', '--from', `static:${h2.ip}:7000`]);
    expect(endpoints).toMatchObject({ code: 0, stdout: `${h2.ip}:7000\n` });
  },
);
