import type { HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { spawnAmbassador, startProgram } from '../../ambassador.ts';
import { CONFIGURATION_FILE, writeConfiguration } from '../../configuration.ts';
import { labTest } from '../../lab-test.ts';
import { ETCD, ZOOKEEPER } from './registry-server.ts';

for (const server of [ETCD, ZOOKEEPER]) {
  await labTest(
    `up writes services into ${server.kind} as announce does: from the start, after reloads, and gone when it ends`,
    { hosts: 2, needs: server.needs },
    async (lan) => {
      const [h1, h2] = [lan.host(1), lan.host(2)];
      await server.start(h2);
      await startProgram(h1, 'service', '7000', 'h1');
      await startProgram(h1, 'service', '7001', 'h1');
      const to = `to: "${server.address(h2, '/services/{service}')}"\n`;
      const entries = (one: string, two: string): string =>
        `announce:\n  - { service: one, port: 7000${one} }\n  - { service: two, port: 7001${two} }\n`;
      await writeConfiguration(h1, `${to}${entries('', ', to: mdns')}`);
      const up = spawnAmbassador(h1, ['up', '--config', CONFIGURATION_FILE, '--json']);
      const watching = spawnAmbassador(h1, [
        ...['proxy', 'one:8000', 'two:8001', '--json'],
        ...['--from', server.address(h2, '/services/{service}')],
      ]);
      await watching.line(isFound('endpoint-added', 7000));

      // The other one goes there too, by its own word; the first one is left as it was.
      await writeConfiguration(h1, `${to}${entries('', '')}`);
      await watching.line(isFound('endpoint-added', 7001));
      await up.line(/"event":"reloaded".*"kept":1,"changed":1/);
      expect(countRegistered(up, 'one')).toBe(1);

      // It is changed where it stands, and then goes back to the LAN alone.
      await writeConfiguration(h1, `${to}${entries('', ', weight: 7')}`);
      await watching.line(/"event":"endpoint-updated".*"port":7001,.*"weight":7,/);
      await expect.poll(() => countRegistered(up, 'two')).toBe(1);
      await writeConfiguration(h1, `${to}${entries('', ', to: mdns')}`);
      await up.until((output) => (output.match(/"event":"reloaded"/g) ?? []).length === 3);
      await expect.poll(() => server.list(h2, '/services/two'), { timeout: 30_000 }).toEqual([]);
      await watching.line(isFound('endpoint-removed', 7001));
      expect(countRegistered(up, 'one')).toBe(1);

      expect(await up.stop()).toEqual({ code: 0, signal: undefined });
      expect(await server.list(h2, '/services/one')).toEqual([]);
    },
  );
}

/** Of this port. */
function isFound(event: 'endpoint-added' | 'endpoint-removed', port: number): RegExp {
  return new RegExp(`"event":"${event}".*"port":${port}\\b`);
}

/** How often the service was written. */
function countRegistered(up: HostProcess, service: string): number {
  return up.stdout.match(new RegExp(`"event":"registered".*"${service} on h1"`, 'g'))?.length ?? 0;
}
