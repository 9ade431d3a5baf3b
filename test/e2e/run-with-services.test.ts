import { fileURLToPath } from 'node:url';
import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import {
  AMBASSADOR,
  announce,
  locateProgram,
  proxy,
  runAmbassador,
  spawnAmbassador,
  startProgram,
} from '../ambassador.ts';
import { labTest } from '../lab-test.ts';
import { startPostgres } from '../postgres.ts';

/** Asks the service that its environment names, says what it answers, and ends with 7. */
const ASK = `
  const socket = require('net').connect(process.env.APP_PORT, process.env.APP_HOST, () => socket.write('who\\n'));
  socket.on('data', (answer) => { console.log('answer', String(answer).trim(), process.env.APP_URL); process.exitCode = 7; socket.end(); });`;
/** Says where the service is, and ends with 3 when it is told to. */
const LAST = `process.on('SIGTERM', () => process.exit(3)); console.log('at', process.env.THING_PORT); setInterval(() => {}, 1000);`;

/** Each of Node's slow modules and of the heavy parts is a tenth of a start. */
const TELLER = fileURLToPath(new URL('../programs/loaded-by-then.cjs', import.meta.url));
/** None of them, and nothing of the proxy. */
const LOADED_LITTLE =
  /^loaded by then: (?=.* net .* main-\S+\.js )(?!.* (?:crypto|tls|http|worker_threads) )(?!.* (?:when-used|carry|local-network)-)/m;

await labTest('run gives a command the services in its environment, and ends as it does', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await startProgram(h1, 'service', '7000', 'h1');
  const announcing = await announce(h1, 'thing:7000', '--peer-port', '5350');

  const asked = await runAmbassador(h2, ['run', 'thing', '--env', 'thing=APP', '--', process.execPath, '-e', ASK]);
  expect(asked).toMatchObject({ code: 7, stdout: expect.stringMatching(/^answer h1 tcp:\/\/127\.0\.0\.1:\d+\n$/) });
  expect(asked.stderr).toContain('found "thing on h1"');

  const lasting = spawnAmbassador(h2, ['run', 'thing', '--peer', h1.ip, '--', process.execPath, '-e', LAST]);
  const [, port = ''] = await lasting.line(/^at (\d+)$/);
  await announcing.line(/^peer 10\.99\.0\.2 linked/);
  expect(await lasting.stop('SIGTERM')).toEqual({ code: 3, signal: undefined });
  expect(lasting.stderr).not.toContain('peer ');
  expect(await h2.read('ss', ['--tcp', '--listening', '--no-header', 'sport', '=', `:${port}`])).toBe('');

  // Of what another process has found, it need not wait for its own proxy; on a busy machine that may answer too late.
  const proxying = await proxy(h2, 'thing:7000');
  await proxying.line(/thing on h1/);
  const known = ['run', 'thing', '--env', 'thing=APP', '--', process.execPath, '-e', ASK];
  const runKnown = async (): Promise<string> => {
    const early = await h2.run(process.execPath, ['--require', TELLER, AMBASSADOR, ...known]);
    expect(early).toMatchObject({ code: 7, stdout: expect.stringMatching(/^answer h1 /) });
    return early.stderr;
  };
  await expect.poll(runKnown, { timeout: 60_000, interval: 100 }).toMatch(LOADED_LITTLE);
});

await labTest('run says who is missing, and does not run the command', { hosts: 1 }, async (lan) => {
  const args = ['run', 'thing', '--wait', '2s', '--', 'echo', 'ran'];
  const { code, stdout, stderr } = await runAmbassador(lan.host(1), args);
  expect({ code, stdout }).toEqual({ code: 69, stdout: '' });
  expect(stderr).toContain('waiting for thing, up to 2s: nobody offers it yet');
  expect(stderr).toContain('nobody offered thing within 2s, so that the command was not run');
  expect((await runAmbassador(lan.host(1), ['run', 'thing', '--wait', '0', '--', 'echo', 'ran'])).stdout).toBe('ran\n');
  expect((await runAmbassador(lan.host(1), ['run', 'thing'])).code).toBe(64);
  const known = ['run', 'thing', '--from', 'static:127.0.0.1:7000', '--', 'echo', 'ran'];
  const told = await lan.host(1).run(process.execPath, ['--require', TELLER, AMBASSADOR, ...known]);
  expect(told.stdout).toBe('ran\n');
  expect(told.stderr).toMatch(LOADED_LITTLE);
  expect((await runAmbassador(lan.host(1), ['run', 'thing', '--wait', '0', '--', 'no-such-command'])).code).toBe(66);
});

await labTest(
  'redis is killed, started again and moved to another machine, and a program that knows it by its environment sees nothing',
  { hosts: 4, needs: ['redis-server', 'postgres'] },
  async (lan) => {
    const [h1, h2, h3, h4] = [lan.host(1), lan.host(2), lan.host(3), lan.host(4)];
    const [first] = await Promise.all([startRedis(h1, 12345), startPostgres(h2, 15432)]);
    const announcing = await announce(h1, 'redis:12345');
    await announce(h2, 'postgres:15432');
    const login = ['env', 'PGUSER=ambassador', 'PGDATABASE=postgres'];
    const program = [...login, process.execPath, locateProgram('twelve-factor.mjs')];
    const running = spawnAmbassador(h3, ['run', 'redis', 'postgres', '--', ...program]);
    await running.line(/^asked/);
    /** It has an answer of redis that it had not before. */
    const goesOn = async (): Promise<void> => {
      const [, asked = '0'] = /^asked (\d+) \d+$(?![\s\S]*^asked)/m.exec(running.stdout) ?? [];
      await running.until(
        (output) => Number(/^asked (\d+) \d+$(?![\s\S]*^asked)/m.exec(output)?.[1]) > Number(asked) + 10,
      );
    };

    await first.stop('SIGKILL');
    await announcing.line(/withdrawn|not announced|check/);
    const again = await startRedis(h1, 12345);
    await goesOn();

    await startRedis(h4, 23456);
    await announce(h4, 'redis:23456');
    await announcing.stop('SIGTERM');
    await again.stop('SIGTERM');
    await goesOn();

    expect(await running.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
    const { failures, places } = JSON.parse(running.stdout.trim().split('\n').at(-1) ?? '');
    expect(failures).toEqual([]);
    expect(places).toEqual([
      expect.stringMatching(/^redis:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^postgresql:\/\/127\.0\.0\.1:\d+$/),
    ]);
  },
);

async function startRedis(host: Host, port: number): Promise<HostProcess> {
  const flags = ['--port', `${port}`, '--bind', '0.0.0.0', '--protected-mode', 'no', '--save', '', '--dir', '/run'];
  const redis = host.spawn('redis-server', flags);
  await redis.line(/Ready to accept connections/);
  return redis;
}
