import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { AMBASSADOR, announce, proxy, runAmbassador, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { Terminal } from '../../terminal.ts';

const WELL = new RegExp(
  [
    '^SERVICE +ROLE +WHERE +STATE +ENDPOINTS +CLIENTS +SINCE +MODE +PID',
    'thing +announce +10\\.99\\.0\\.1:7000 +announced +- +- +\\d+[sm] +open +\\d+',
    'thing +proxy +127\\.0\\.0\\.1:7001 +ready +1/1 +0 +\\d+[sm] +open +\\d+\n$',
  ].join('\n'),
);

const status = (host: Host, ...args: readonly string[]) => runAmbassador(host, ['status', ...args]);

await labTest('status shows what runs here, and its exit code whether it is ready', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  expect(await status(h1)).toMatchObject({
    code: 69,
    stdout: '',
    stderr: expect.stringMatching(/^ambassador: nothing runs here: .* start one, such as ambassador proxy redis/),
  });
  const service = await startProgram(h1, 'service', '7000', 'h1');
  const announcing = await announce(h1, 'thing:7000');
  const proxying = await proxy(h1, 'thing:7001');
  await proxying.line(/thing on h1/);
  // A busy machine may need more than the 2 s that each process has to answer.
  await expect.poll(() => status(h1)).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(WELL) });
  expect(await status(h1, 'other')).toMatchObject({
    code: 69,
    stderr: 'ambassador: nobody here announces or proxies other; there is thing\n',
  });
  const sockets = (await h1.read('sh', ['-c', 'cd /run/ambassador-0 && stat -c "%a %F" . *'])).trim().split('\n');
  expect(sockets).toEqual(['700 directory', '600 socket', '600 socket']);

  service.kill('SIGKILL');
  await announcing.line(/withdrew/);
  const worse = await status(h1, 'thing', '--json');
  expect(worse.code).toBe(69);
  expect(JSON.parse(worse.stdout)).toMatchObject({
    ready: false,
    services: expect.arrayContaining([
      expect.objectContaining({ role: 'announce', state: 'withdrawn', ready: false, reason: expect.any(String) }),
    ]),
    // By their numbers, which begin anew some time.
    processes: expect.arrayContaining(['announce', 'proxy'].map((command) => expect.objectContaining({ command }))),
    problems: [],
  });
});

await labTest('a process that hangs and one that was killed are told apart', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  await proxy(h1, 'other:7002', '--from', 'static:127.0.0.1:9');
  const proxying = spawnAmbassador(h1, ['proxy', 'thing:7001']);
  await proxying.line(/listening/, { stream: 'stdout' });
  proxying.kill('SIGSTOP');
  await expect
    .poll(() => status(h1))
    .toMatchObject({
      code: 69,
      stdout: expect.stringMatching(/^other +proxy/m),
      stderr: expect.stringMatching(/^ambassador: process \d+ does not answer within 2 s.*\n$/),
    });
  proxying.kill('SIGKILL');
  await proxying.exited;
  expect(await status(h1)).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/process \d+ has ended without a goodbye/),
  });
  expect(await status(h1)).toMatchObject({ code: 0, stderr: '' });
});

await labTest(
  'where a process can have no socket of its own it runs all the same, and one that was left is replaced',
  { hosts: 1 },
  async (lan) => {
    const h1 = lan.host(1);
    await h1.read('sh', ['-c', 'mkdir -m 755 /run/open && ln -s /etc /run/open/ambassador']);
    const socket = { AMBASSADOR_LOG_LEVEL: 'debug', XDG_RUNTIME_DIR: '/run/open' };
    const args = ['proxy', 'thing:7001', '--from', 'static:127.0.0.1:9'];
    const without = h1.spawn(process.execPath, [AMBASSADOR, ...args], {
      env: socket,
    });
    // On two streams, in whatever order they are read.
    const refusal = '/run/open/ambassador is not a folder that this user alone may enter';
    await without.until((output) => output.includes(refusal) && output.includes('listening'));
    expect(without.stderr).toContain(refusal);
    expect(await without.stop()).toEqual({ code: 0, signal: undefined });

    const killed = await proxy(h1, ...args.slice(1));
    killed.kill('SIGKILL');
    await killed.exited;
    const again = await proxy(h1, ...args.slice(1));
    expect((await h1.read('sh', ['-c', 'ls /run/ambassador-0 | wc -l'])).trim()).toBe('1');
    await again.stop();
    expect((await h1.read('sh', ['-c', 'ls /run/ambassador-0 | wc -l'])).trim()).toBe('0');
  },
);

await labTest(
  'status breaks no line of a terminal, and has colours only where they are wanted',
  { hosts: 1, needs: ['tmux'] },
  async (lan) => {
    const h1 = lan.host(1);
    await using terminal = await Terminal.open(h1, 80, 24);
    let typed = 0;
    /** Types it at an empty screen; what is there when it has ended. */
    const type = async (command: string): Promise<string> => {
      typed += 1;
      await terminal.type(`printf '\\033[H\\033[2J'; ${command}; echo code $? of ${typed}`);
      await expect.poll(() => terminal.show()).toMatch(new RegExp(`^code \\d+ of ${typed}$`, 'm'));
      return await terminal.show();
    };
    for (const command of ['amb status', 'TERM=dumb amb top']) {
      expect(await type(command)).toMatch(/^ambassador: nothing runs here: [\s\S]*^code 69 of/m);
    }
    await startProgram(h1, 'service', '7000', 'h1');
    await announce(h1, 'thing:7000');
    const proxying = await proxy(h1, 'thing:7001');
    await proxying.line(/thing on h1/);

    const narrow = await type('amb status');
    expect(narrow).toMatch(/^SERVICE +ROLE +WHERE +STATE +ENDPOINTS +CLIENTS +SINCE +PID$/m);
    expect(narrow).toMatch(/^thing +announce +10\.99\.0\.1:7000 +announced +- +- +\d+[sm] +\d+$/m);
    expect(narrow).toMatch(/^thing +proxy +127\.0\.0\.1:7001 +ready +1\/1 +0 +\d+[sm] +\d+\ncode 0 of/m);
    expect(await terminal.show('-e')).toContain('\u001b[1m');
    for (const plain of ['NO_COLOR=1 amb status', 'TERM=dumb amb status', 'TERM=dumb amb top']) {
      expect(await type(plain)).toContain('\nthing');
      expect({ plain, shown: await terminal.show('-e') }).toEqual({
        plain,
        shown: expect.not.stringContaining('\u001b'),
      });
    }
    await terminal.resize(200, 24);
    expect(await type('amb status')).toMatch(/^thing +proxy +127\.0\.0\.1:7001 +ready +1\/1 +0 +\d+[sm] +open +\d+$/m);
    await terminal.resize(40, 24);
    expect(await type('amb status')).toMatch(/^SERVICE +ROLE +STATE[\s\S]*^thing +proxy +ready\ncode 0 of/m);

    await terminal.resize(80, 24);
    proxying.kill('SIGKILL');
    await proxying.exited;
    expect(await type('amb status')).toMatch(
      /^thing +announce [\s\S]*^ambassador: process \d+ has ended without a goodbye;[\s\S]*^code 0 of/m,
    );
  },
);

await labTest(
  'top lives in a terminal of any width, and gives it back',
  { hosts: 1, needs: ['curl', 'tmux'] },
  async (lan) => {
    const h1 = lan.host(1);
    const terminal = await Terminal.open(h1, 80, 10);
    const screen = () => terminal.show();
    const { tmux } = terminal;
    try {
      // Started before anything runs, it shows what comes. A colour is one of its lines'.
      await terminal.type('amb top; echo over');
      await expect.poll(screen).toMatch(/^nothing runs here/m);
      await startProgram(h1, 'service', '7000', 'h1');
      const proxying = await proxy(h1, 'thing:7001', '--from', 'static:127.0.0.1:7000');
      await expect.poll(screen).toMatch(/^thing +proxy/m);
      await expect.poll(() => terminal.show('-e')).toContain('\u001b[');
      await tmux('send-keys', 'q');
      await expect.poll(screen).toMatch(/^over$/m);
      await terminal.type('NO_COLOR=1 amb top; echo over again');
      await expect
        .poll(screen)
        .toMatch(
          /^ambassador \S+ {2}1 process, 1 service, all ready\nSERVICE .*\nthing +proxy +127\.0\.0\.1:7001 +ready +1\/1 +0 +0 +0B +0B.*\nq quit/,
        );
      expect(await terminal.show('-e')).not.toContain('\u001b');
      await terminal.resize(200, 12);
      await expect.poll(screen).toMatch(/^SERVICE .* TOTAL +SINCE +MODE +PID$/m);
      await terminal.resize(40, 12);
      await expect.poll(screen).toMatch(/^SERVICE +STATE +CLIENTS/m);
      await terminal.resize(80, 12);
      await tmux('send-keys', 'e', '/', 'x');
      await expect.poll(screen).toMatch(/0 of 1 service.*\nSERVICE.*\nshow services with: x_/);
      await tmux('send-keys', 'BSpace', 'Enter');
      await expect.poll(screen).toMatch(/^ {2}127\.0\.0\.1:7000 ready, 0 of 0 open/m);
      proxying.kill('SIGSTOP');
      await expect.poll(screen).toMatch(/^process \d+ does not answer within 2 s/m);
      proxying.kill('SIGCONT');
      await expect.poll(screen).toMatch(/^thing +proxy/m);
      await expect
        .poll(() => runAmbassador(h1, ['top', '--all']))
        .toMatchObject({
          code: 0,
          stdout: expect.stringMatching(/^MACHINE .*\nh1 +thing +proxy +> .*thing.* +ready/),
        });
      const web = spawnAmbassador(h1, ['top', '--web']);
      const [, page = ''] = await web.line(/page is at (http:\S+)/, { stream: 'stdout' });
      expect(await h1.read('curl', ['-s', page])).toMatch(/^<!doctype html>.*thing/s);
      expect(await h1.read('curl', ['-s', `${page}v1/status`])).toContain('"service":"thing"');
      expect(await web.stop()).toEqual({ code: 0, signal: undefined });
      await expect
        .poll(() => runAmbassador(h1, ['top']))
        .toMatchObject({ code: 0, stdout: expect.stringMatching(/^thing +proxy/m) });
      proxying.kill('SIGKILL');
      await expect.poll(screen).toMatch(/^nothing runs here/m);
      await tmux('send-keys', 'q');
      await expect.poll(screen).toMatch(/^over again$/m);
    } finally {
      await terminal.close();
    }
    expect(await runAmbassador(h1, ['top'])).toMatchObject({
      code: 69,
      stdout: '',
      stderr: expect.stringMatching(/^ambassador: nothing runs here: /),
    });
  },
);
