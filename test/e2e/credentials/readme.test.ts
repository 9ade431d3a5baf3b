import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { askRedis, startRedis, writeSecret } from '../../credentials.ts';
import { labTest } from '../../lab-test.ts';

const FOLDER = fileURLToPath(new URL('../../../packages/credentials/', import.meta.url));

await labTest(
  "the program in the credentials package's README logs its clients in",
  { hosts: 1, needs: ['redis-server', 'redis-cli'] },
  async (lan) => {
    const host = lan.host(1);
    const [, program = ''] = /```js\n([\s\S]*?)```/.exec(await readFile(`${FOLDER}README.md`, 'utf8')) ?? [];
    await startRedis(host, 6379, 'sesame');
    await writeSecret(host, 'redis', 'sesame\n');
    // Imports are looked for from the package's folder.
    const run = 'cd "$0" && exec "$1" --input-type=module --eval "$2"';
    const running = host.spawn('sh', ['-c', run, FOLDER, process.execPath, `${program}\nconsole.log('ready');`]);
    await running.line(/^ready/);
    expect(await askRedis(host, '7001', 'ACL', 'WHOAMI')).toBe('app');
    await writeSecret(host, 'redis', 'wrong');
    await running.stop();
    const again = host.spawn('sh', ['-c', run, FOLDER, process.execPath, `${program}\nconsole.log('ready');`]);
    await again.line(/^ready/);
    expect(await askRedis(host, '7001', 'PING')).toMatch(/^ERR ambassador: redis refuses the credentials: WRONGPASS/);
    await again.stop();
  },
);
