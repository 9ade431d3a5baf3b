import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, list, spawnAmbassador } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';
import { avahi, startAvahi } from './peers/avahi.ts';
import { bonjourService } from './peers/bonjour-service.ts';
import type { InteropPeer } from './peers/interop-peer.ts';
import { pythonZeroconf } from './peers/python-zeroconf.ts';

/** What runs on the ambassador's host beside it. */
const COMPANY: readonly {
  readonly words: string;
  readonly needs: InteropPeer['needs'];
  start(host: Host): Promise<void>;
}[] = [
  { words: '', needs: [], start: async () => {} },
  { words: ', beside an avahi-daemon', needs: avahi.needs, start: async (host) => await startAvahi(host) },
];

for (const peer of [avahi, pythonZeroconf, bonjourService]) {
  for (const company of COMPANY) {
    const { service } = peer;
    const needs = [...peer.needs, ...company.needs];

    await labTest(`${peer.name} finds what ambassador announces${company.words}`, { hosts: 2, needs }, async (lan) => {
      const [h1, h2] = [lan.host(1), lan.host(2)];
      await Promise.all([company.start(h1), peer.prepare(h2)]);
      const watching = await peer.watch(h2, service.type);
      const txt = Object.entries(service.txt).flatMap(([key, value]) => ['--txt', `${key}=${value}`]);
      const flags = ['--name', service.instance, '--check', 'none', ...txt];
      const announcing = await announce(h1, `thing:${service.port}`, ...flags);
      expect(await watching.found(service.instance)).toEqual({
        ...service,
        host: expect.stringMatching(/^h1-[0-9a-z]+\.local$/),
        addresses: [h1.ip],
        txt: { txtvers: '1', id: expect.stringMatching(/./), ...service.txt },
      });
      await announcing.stop('SIGTERM');
      await watching.lost(service.instance);
    });

    await labTest(`ambassador finds what ${peer.name} publishes${company.words}`, { hosts: 2, needs }, async (lan) => {
      const [h1, h2] = [lan.host(1), lan.host(2)];
      await Promise.all([company.start(h1), peer.prepare(h2)]);
      const watching = spawnAmbassador(h1, ['list', 'thing', '--watch', '--json']);
      const publishing = await peer.publish(h2, service);
      const [added] = await watching.line(/.*"added".*/, { stream: 'stdout' });
      const expected = {
        service: 'thing',
        instance: service.instance,
        type: service.type,
        port: service.port,
        txt: service.txt,
        source: 'mdns',
      };
      expect(JSON.parse(added).instance).toMatchObject(expected);
      // The addresses of the other family may come in a packet of their own.
      await watching.until((output) => output.includes(`"${h2.ip}"`));
      const listed = [{ ...expected, addresses: expect.arrayContaining([h2.ip]) }];
      await expect.poll(() => list(h1, 'thing')).toMatchObject(listed);
      publishing.kill('SIGTERM');
      await watching.line(/"removed"/, { stream: 'stdout' });
    });
  }
}
