import { expect } from 'vitest';
import { announce, list, runAmbassador, spawnAmbassador, startProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';
import { avahi } from './peers/avahi.ts';

const THROUGH_BONJOUR = ['--responder', 'bonjour-service'];

await labTest(
  'through bonjour-service: avahi and ambassador find the service, its sibling stays when it goes, and goodbye at SIGTERM',
  { hosts: 2, needs: avahi.needs },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await avahi.prepare(h2);
    const browsing = await avahi.watch(h2, '_thing._tcp');
    const service = await startProgram(h1, 'service', '7000', 'h1');
    await startProgram(h1, 'service', '7001', 'sibling');
    const flags = ['--txt', 'colour=green', '--check-interval', '200ms', ...THROUGH_BONJOUR];
    const announcing = spawnAmbassador(h1, ['announce', 'thing:7000', 'other=10.99.0.1:7001', ...flags]);
    const [, name = ''] = await announcing.line(/announced thing as "(thing on h1 \([a-z0-9]{4}\))"/);
    expect(await browsing.found(name)).toMatchObject({
      port: 7000,
      addresses: [h1.ip],
      host: expect.stringMatching(/^h1-[a-z2-7]{4}\.local$/),
      txt: { txtvers: '1', colour: 'green' },
    });
    await expect
      .poll(() => list(h2, 'thing'))
      .toMatchObject([{ instance: name, port: 7000, txt: { colour: 'green' } }]);
    const watching = spawnAmbassador(h2, ['list', '--watch', '--json']);
    await watching.until((output) => output.includes('"port":7000') && output.includes('"port":7001'));
    await service.stop();
    await browsing.lost(name);
    await watching.line(/"removed".*"port":7000/);
    await expect.poll(() => list(h2)).toMatchObject([{ type: '_other._tcp', port: 7001 }]);
    expect(await announcing.stop('SIGTERM')).toMatchObject({ code: 0 });
    await watching.line(/"removed".*"port":7001/);
  },
);

await labTest(
  'through bonjour-service: an option that the library can not carry out is refused',
  { hosts: 1 },
  async (lan) => {
    const refused = await runAmbassador(lan.host(1), ['announce', 'thing:7000', '--weight', '5', ...THROUGH_BONJOUR]);
    expect(refused).toMatchObject({ code: 64, stdout: '' });
    expect(refused.stderr).toBe(
      `ambassador: --weight: "5" can't be announced through bonjour-service; leave it out, or leave --responder out\n`,
    );
  },
);

await labTest(
  'through bonjour-service: two announcements of one name on two hosts live side by side',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const flags = ['--check', 'none', '--name', 'the thing', ...THROUGH_BONJOUR];
    await announce(h1, 'thing:7000', ...flags);
    await announce(h2, 'thing:7001', ...flags);
    const ports = async () => new Set((await list(h2, 'thing')).map(({ port }) => port));
    await expect.poll(ports).toEqual(new Set([7000, 7001]));
  },
);
