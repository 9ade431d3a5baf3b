import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy, runAmbassador } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';

const PIPELINED = 10_000;
const LARGE_VALUE_BYTES = 100_000_000;
const LARGE_TIMEOUT_MS = 120_000;

await labTest(
  'redis announced on one host is used on another as if it were there',
  { hosts: 2, needs: ['redis-server', 'redis-cli'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startRedis(h1, 12345);
    await announce(h1, 'redis:12345');
    await proxy(h2, 'redis');

    expect(await h2.read('redis-cli', ['PING'])).toBe('PONG\n');
    expect(await h2.read('redis-cli', ['-h', '::1', 'PING'])).toBe('PONG\n');
    expect(await h2.read('redis-cli', ['-h', 'localhost', 'SET', 'colour', 'green'])).toBe('OK\n');
    expect(await h2.read('redis-cli', ['-h', 'localhost', 'GET', 'colour'])).toBe('green\n');
    expect(await h1.read('redis-cli', ['-p', '12345', 'GET', 'colour'])).toBe('green\n');

    const commands = Array.from({ length: PIPELINED }, (_, index) => `SET key:${index} ${index}\r\n`).join('');
    expect(await h2.read('redis-cli', ['--pipe'], { input: commands })).toContain(`errors: 0, replies: ${PIPELINED}`);
    expect(await h1.read('redis-cli', ['-p', '12345', 'DBSIZE'])).toBe(`${PIPELINED + 1}\n`);

    const store = `head -c ${LARGE_VALUE_BYTES} /dev/urandom | tee /run/large | redis-cli -x SET large`;
    expect(await h2.read('sh', ['-c', store], { timeout: LARGE_TIMEOUT_MS })).toBe('OK\n');
    // redis-cli ends what it prints with a line end of its own.
    const compare = `redis-cli GET large | head -c ${LARGE_VALUE_BYTES} | cmp - /run/large && echo same`;
    expect(await h2.read('sh', ['-c', compare], { timeout: LARGE_TIMEOUT_MS })).toBe('same\n');
  },
);

await labTest(
  'a redis that lets in nobody from another machine is not announced, and the sentence names --relay',
  { hosts: 2, needs: ['redis-server', 'redis-cli'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startRedis(h1, 12345, 'yes');
    const refused = await runAmbassador(h1, ['announce', 'redis:12345']);
    expect(refused.code).toBe(77);
    expect(refused.stderr).toMatch(/12345 is in protected mode: .* add --relay to let ambassador forward to it/);

    await announce(h1, 'redis:12345', '--relay');
    await proxy(h2, 'redis');
    expect(await h2.read('redis-cli', ['PING'])).toBe('PONG\n');
  },
);

async function startRedis(host: Host, port: number, isProtected: 'yes' | 'no' = 'no'): Promise<HostProcess> {
  const own = ['--port', `${port}`, '--bind', '0.0.0.0', '--protected-mode', isProtected];
  const flags = [...own, '--save', '', '--dir', '/run'];
  const redis = host.spawn('redis-server', flags);
  await redis.line(/Ready to accept connections/);
  return redis;
}
