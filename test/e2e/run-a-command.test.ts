import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import {
  AMBASSADOR,
  announce,
  list,
  locateProgram,
  proxy,
  runAmbassador,
  runProgram,
  spawnAmbassador,
} from '../ambassador.ts';
import { labTest } from '../lab-test.ts';

const SERVICE = locateProgram('service.mjs');

await labTest(
  '-- COMMAND is run, announced while its port answers, and ended after its goodbye',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const announcing = await announce(h1, 'thing:7000', '--', process.execPath, SERVICE, '7000', 'h1');
    await proxy(h2, 'thing:7000');
    expect(await runProgram(h2, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 'h1\n' });
    expect(await announcing.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
    await announcing.line(/^stopping: saying goodbye, then the command ends/m);
    expect(await list(h2, 'thing', '--timeout', '1s')).toEqual([]);
  },
);

await labTest("-- COMMAND's exit code becomes ours, and its death a goodbye", { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  const dying =
    "net.createServer().listen(7000); process.on('SIGUSR2', () => process.exit(41)); console.log('pid', process.pid)";
  const announcing = spawnAmbassador(h1, ['announce', 'thing:7000', '--', process.execPath, '-e', dying]);
  const pid = (await announcing.line(/^pid (\d+)/))[1];
  await announcing.line(/announced/i);
  const watching = spawnAmbassador(h2, ['list', 'thing', '--watch']);
  await watching.line(/^\[\+\]/);
  await h1.read('sh', ['-c', `kill -USR2 ${pid}`]);
  expect(await announcing.exited).toEqual({ code: 41, signal: undefined });
  await watching.line(/^\[-\]/);
});

const NOTICES = ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const;
const NOTICED = `
  for (const signal of ${JSON.stringify(NOTICES)}) process.on(signal, () => console.log('got', signal));
  process.on('SIGQUIT', () => { console.log('quit'); process.exit(9); });
  require('node:net').createServer().listen(7000, () => console.log('listens'));`;

for (const [words, told] of [
  [['announce', 'thing:7000'], /announced/],
  [['run', 'thing', '--from', 'static:127.0.0.1:7000', '--wait', '0'], /listens/],
] as const) {
  await labTest(
    `${words[0]}: what operators and supervisors send reaches -- COMMAND, and SIGQUIT leaves nobody behind`,
    { hosts: 1 },
    async (lan) => {
      const running = spawnAmbassador(lan.host(1), [...words, '--', process.execPath, '-e', NOTICED]);
      await running.line(told);
      for (const signal of NOTICES) {
        running.kill(signal);
        await running.line(new RegExp(`^got ${signal}`));
      }
      running.kill('SIGQUIT');
      await running.line(/^quit/);
      expect(await running.exited).toEqual({ code: 9, signal: undefined });
    },
  );
}

await labTest('npx that is told to end leaves neither a command nor a proxy behind', { hosts: 1 }, async (lan) => {
  const folder = fileURLToPath(new URL('../..', import.meta.url));
  const words = ['ambassador', 'run', 'thing', '--from', 'static:127.0.0.1:1', '--wait', '0', '--', 'sleep', '1013'];
  const npx = lan.host(1).spawn('sh', ['-c', 'cd "$0" && exec npx --no "$@"', folder, ...words]);
  await npx.line(/^listening on/);
  await npx.stop('SIGTERM');
  await lan.host(1).until('! { ps -eo args | grep -q "[s]leep 1013" || ss -ltnH | grep -q .; }');
});

await labTest('-- COMMAND that is not there ends with 66 and one sentence', { hosts: 1 }, async (lan) => {
  const result = await runAmbassador(lan.host(1), ['announce', 'thing:7000', '--', 'no-such-command']);
  expect(result.code).toBe(66);
  expect(result.stderr).toContain('no-such-command');
  const late = await runAmbassador(lan.host(1), ['announce', 'thing:7000', '--on-demand', '--', 'no-such-command']);
  expect(late).toMatchObject({
    code: 66,
    stdout: '',
    stderr: expect.stringContaining('command "no-such-command" was not found'),
  });
});

await labTest(
  'what -- COMMAND started ends with it, though the command does not pass signals on',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const script = `${process.execPath} ${SERVICE} 7000 h1; true`;
    const announcing = await announce(h1, 'thing:7000', '--', 'sh', '-c', script);
    const watching = spawnAmbassador(h2, ['list', 'thing', '--watch']);
    await watching.line(/^\[\+\]/);
    await announcing.stop('SIGTERM');
    await watching.line(/^\[-\]/);
    expect((await h1.run('ss', ['--no-header', '-ltn', 'sport = 7000'])).stdout).toBe('');
  },
);

await labTest("the terminal's Ctrl-C reaches -- COMMAND after the goodbye, once", { hosts: 1 }, async (lan) => {
  const counting = `
    require('node:net').createServer().listen(7000);
    process.on('SIGINT', () => { console.log('interrupted'); setTimeout(() => process.exit(5), 3000); });`;
  const words = [AMBASSADOR, 'announce', 'thing:7000', '--', process.execPath, '-e', counting].map(
    (word) => `'${word.replaceAll("'", `'\\''`)}'`,
  );
  const terminal = lan
    .host(1)
    .spawn('script', [
      '--quiet',
      '--return',
      '--command',
      `exec '${process.execPath}' ${words.join(' ')}`,
      '/dev/null',
    ]);
  await terminal.line(/^announced thing/);
  terminal.stdin.write('\x03');
  await terminal.line(/stopping: saying goodbye, then the command ends/);
  await terminal.line(/^interrupted/);
  expect((await terminal.exited).code).toBe(5);
  expect(terminal.stdout.match(/interrupted/g)).toHaveLength(1);
});

await labTest('-- COMMAND behind a file that is no folder ends with 66 and one sentence', { hosts: 1 }, async (lan) => {
  const result = await runAmbassador(lan.host(1), ['announce', 'thing:7000', '--', '/etc/passwd/x']);
  expect(result).toMatchObject({ code: 66, stderr: expect.stringContaining('"/etc/passwd/x" was not found') });
});

await labTest(
  '--on-demand: 100 who come at once start the command once; it sleeps when idle, and its deaths are told',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const script = '[ ! -e /run/broken ] || exit 3; echo pid $$; exec "$@"';
    const command = ['sh', '-c', script, 'sh', process.execPath, SERVICE, '7000', 'h1'];
    const announcing = await announce(h1, 'thing:7000', '--on-demand', '--idle', '1s', '--', ...command);
    const proxying = await proxy(h2, 'thing:7000');
    await proxying.line(/found "thing on h1"/);
    const ask = (): Promise<{ answer: string; end: string }> => runProgram(h2, 'ask', ['127.0.0.1', '7000', 'who']);
    const countStarts = (): number => announcing.stdout.match(/^pid \d+$/gm)?.length ?? 0;

    expect(countStarts()).toBe(0);
    expect(await runProgram(h2, 'crowd', ['127.0.0.1', '7000', '100'])).toMatchObject({ opened: 100 });
    await announcing.line(/^pid \d+$/);
    expect(countStarts()).toBe(1);
    await announcing.line(/thing: its command answers after .*, \d+ connections waited/);
    await announcing.line(/thing: nobody was connected for 1s, stopping its command/);
    await announcing.line(/thing: asleep until somebody connects/);

    expect(await ask()).toMatchObject({ answer: 'h1\n' });
    const [, pid = ''] = await announcing.line(/^pid (\d+)$/);
    // Its last client has left for the announcer, too.
    await h1.until("! ss -Htn 'sport = :7000' | grep -v TIME-WAIT | grep -q .");
    await h1.read('kill', ['-9', pid]);
    await announcing.line(
      /its command is gone \(it ended with exit code 137\), with 0 connections; the next connection/,
    );
    await h1.read('touch', ['/run/broken']);
    expect(await ask()).toMatchObject({ answer: '' });
    await announcing.line(
      /did not come up \(it ended with exit code 3\), \d+ connections? turned away; it is not started/,
    );
    await h1.read('rm', ['/run/broken']);
    await expect.poll(async () => (await ask()).answer, { timeout: 30_000 }).toBe('h1\n');
    expect(await announcing.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
    await h1.until('! ss --tcp --listening --numeric --no-header | grep --quiet :7000');
  },
);
