import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { proxy, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { expectEcho, who } from '../../clients.ts';
import { CONFIGURATION_FILE, writeConfiguration } from '../../configuration.ts';
import { labTest } from '../../lab-test.ts';
import { initMesh, makeSharedFolder, mesh } from '../../mesh.ts';

await labTest(
  'up announces and proxies within a mesh; reloads and a rotated key leave its connections alone',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const key = await initMesh(h1, makeSharedFolder());
    // Each announces a service of its own, and has the other's on its localhost.
    const [first, second] = [await startUp(h1, key, 'one', 'two'), await startUp(h2, key, 'two', 'one')];
    await first.until((output) => output.includes('found "two on h2"'));
    await second.until((output) => output.includes('found "one on h1"'));
    for (const up of [first, second])
      expect(up.stdout.match(/^mesh [0-9a-f]{16} as keeper: only its members/gm)).toHaveLength(1);
    const echoes = await Promise.all([h1, h2].map((host) => startProgram(host, 'echo', '127.0.0.1', '8000')));

    await startProgram(h1, 'service', '7001', 'more');
    await writeConfiguration(
      h1,
      describe(key, 'one', 'two').replace('proxy:', '  - { service: more, port: 7001 }\nproxy:'),
    );
    first.kill('SIGHUP');
    for (const said of [/reloaded .*: 2 unchanged, 0 changed, 1 added, 0 removed/, /announced more .*, port 22001/]) {
      await first.until((output) => said.test(output));
    }
    for (const echo of echoes) await expectEcho(echo, 'after the reload');

    await mesh(h1, 'rotate', key);
    const changed = /the mesh key has changed: mesh \w+, and \w+ is still accepted/;
    for (const up of [first, second]) await up.until((output) => changed.test(output));
    const late = await Promise.all([h1, h2].map((host) => startProgram(host, 'echo', '127.0.0.1', '8000')));
    for (const echo of [...echoes, ...late]) await expectEcho(echo, 'after the rotation');

    // An announcement that is changed is at the port that was written down as soon as its predecessor has left it.
    await writeConfiguration(h1, describe(key, 'one', 'two').replace('port: 7000', 'port: 7000, weight: 7'));
    first.kill('SIGHUP');
    await first.until((output) => /reloaded .*: 1 unchanged, 1 changed, 0 added, 1 removed/.test(output));
    for (const echo of [...echoes, ...late]) await expectEcho(echo, 'after the change');
    await proxy(h2, 'one:9000', '--from', `static:${h1.ip}:22000`, '--mesh-key-file', key);
    await expect.poll(() => who(h2, 9000), { timeout: 60_000 }).toBe('one\n');

    for (const echo of [...echoes, ...late]) echo.kill('SIGTERM');
    for (const up of [first, second]) expect(await up.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
  },
);

async function startUp(host: Host, key: string, own: string, other: string): Promise<HostProcess> {
  await startProgram(host, 'service', '7000', own);
  await writeConfiguration(host, describe(key, own, other));
  const up = spawnAmbassador(host, ['up', '--config', CONFIGURATION_FILE]);
  await up.line(new RegExp(`announced ${own} as "${own} on ${host.name}".*, port 22000`));
  return up;
}

function describe(key: string, own: string, other: string): string {
  const announced = `announce:\n  - { service: ${own}, port: 7000 }\n`;
  return `mesh: { keyFile: ${key} }\n${announced}proxy:\n  - { service: ${other}, port: 8000 }\n`;
}
