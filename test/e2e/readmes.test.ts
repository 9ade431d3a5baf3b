import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { startProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';
import { startEtcd } from './registries/registry-server.ts';

const PACKAGES = fileURLToPath(new URL('../../packages/', import.meta.url));

/** What the first example of a package's README prints; those of mdns, credentials and cli have tests of their own. */
const ENDING: Readonly<Record<string, string>> = {
  relay: 'hello\n',
  checks: `{\n  ok: false,\n  reason: 'nothing listens on 127.0.0.1:1 (connection refused)',\n  fault: 'absent'\n}\n`,
  admin: 'ready\n',
  dns: "[ '10.0.0.1' ]\n",
  mesh: 'hello, member\n',
  testkit: 'an hour is over\n',
};

test('every package has a README', () => {
  expect(readdirSync(PACKAGES).filter((name) => !existsSync(join(PACKAGES, name, 'README.md')))).toEqual([]);
});

await labTest(
  "the programs in the packages' READMEs do what they say",
  { hosts: 1, needs: ['etcd', 'etcdctl'] },
  async (lan) => {
    const host = lan.host(1);
    for (const [name, printed] of Object.entries(ENDING)) {
      const example = runExample(host, name);
      expect(await example.exited, name).toMatchObject({ code: 0 });
      expect(example.stdout, name).toBe(printed);
    }

    const etcd = await startEtcd(host, '127.0.0.1');
    const registry = runExample(host, 'registries');
    const expected = [/^written$/m, /^read \[ \{ name: 'h1', value: '10\.0\.0\.1:6379' \} \]$/m];
    await registry.until((output) => expected.every((line) => line.test(output)));
    expect(await registry.stop()).toMatchObject({ code: 0 });
    await etcd.stop();

    const announcer = runExample(host, 'announcer');
    await announcer.line(/^waiting$/);
    await startProgram(host, 'service', '8000', 'h1');
    await announcer.line(/^announced$/);
    expect(await announcer.stop()).toMatchObject({ code: 0 });

    const ambassador = runExample(host, 'ambassador');
    await ambassador.line(/^listening$/);
    expect(await ambassador.stop()).toMatchObject({ code: 0 });
  },
);

/** Imports are looked for from the package's folder. */
function runExample(host: Host, name: string): HostProcess {
  const folder = join(PACKAGES, name);
  const [, program = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(folder, 'README.md'), 'utf8')) ?? [];
  const run = 'cd "$0" && exec "$1" --input-type=module --eval "$2"';
  return host.spawn('sh', ['-c', run, folder, process.execPath, program]);
}
