import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { AMBASSADOR, announce, proxy, runAmbassador, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

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
  const well = await status(h1);
  expect(well).toMatchObject({ code: 0, stderr: '' });
  expect(well.stdout).toMatch(/^SERVICE +ROLE +WHERE +STATE +ENDPOINTS +CLIENTS +SINCE +MODE +PID\n/);
  expect(well.stdout).toMatch(/^thing +announce +10\.99\.0\.1:7000 +announced +- +- +\d+[sm] +open +\d+$/m);
  expect(well.stdout).toMatch(/^thing +proxy +127\.0\.0\.1:7001 +ready +1\/1 +0 +\d+[sm] +open +\d+$/m);
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
    processes: [{ command: 'announce' }, { command: 'proxy' }],
    problems: [],
  });
});

await labTest('a process that hangs and one that was killed are told apart', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  await proxy(h1, 'other:7002', '--from', 'static:127.0.0.1:9');
  const proxying = spawnAmbassador(h1, ['proxy', 'thing:7001']);
  await proxying.line(/listening/, { stream: 'stdout' });
  proxying.kill('SIGSTOP');
  const hung = await status(h1);
  expect(hung).toMatchObject({ code: 69, stderr: expect.stringMatching(/process \d+ does not answer within 2 s/) });
  expect(hung.stdout).toMatch(/^other +proxy/m);
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
    await without.line(/\/run\/open\/ambassador is not a folder that this user alone may enter/, { stream: 'stderr' });
    await without.line(/listening/, { stream: 'stdout' });
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
  'top lives in a terminal of any width, and gives it back',
  { hosts: 1, needs: ['curl', 'tmux'] },
  async (lan) => {
    const h1 = lan.host(1);
    const tmux = (...args: readonly string[]) => h1.read('tmux', ['-S', '/run/tmux', '-f', '/dev/null', ...args]);
    const screen = async () => (await tmux('capture-pane', '-p')).trimEnd();
    await startProgram(h1, 'service', '7000', 'h1');
    const proxying = await proxy(h1, 'thing:7001', '--from', 'static:127.0.0.1:7000');
    const command = `NO_COLOR=1 ${process.execPath} ${AMBASSADOR} top; echo over; read end`;
    await tmux('new-session', '-d', '-x', '80', '-y', '10', command);
    try {
      await expect.poll(screen).toMatch(/^thing +proxy +127\.0\.0\.1:7001 +ready +1\/1 +0 +0 +0B +0B/m);
      expect(await screen()).toMatch(/^ambassador \S+ {2}1 process, 1 service, all ready\nSERVICE .*\n.*\nq quit/);
      await tmux('resize-window', '-x', '200', '-y', '12');
      await expect.poll(screen).toMatch(/^SERVICE .* TOTAL +SINCE +MODE +PID$/m);
      await tmux('resize-window', '-x', '40', '-y', '12');
      await expect.poll(screen).toMatch(/^SERVICE +STATE +CLIENTS/m);
      await tmux('resize-window', '-x', '80', '-y', '12');
      await tmux('send-keys', 'e', '/', 'x');
      await expect.poll(screen).toMatch(/0 of 1 service.*\nSERVICE.*\nshow services with: x_/);
      await tmux('send-keys', 'BSpace', 'Enter');
      await expect.poll(screen).toMatch(/^ {2}127\.0\.0\.1:7000 ready, 0 of 0 open/m);
      proxying.kill('SIGSTOP');
      await expect.poll(screen).toMatch(/^process \d+ does not answer within 2 s/m);
      proxying.kill('SIGCONT');
      await expect.poll(screen).toMatch(/^thing +proxy/m);
      expect(await runAmbassador(h1, ['top', '--all'])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^MACHINE .*\nh1 +thing +proxy +> .*thing.* +ready/),
      });
      const web = spawnAmbassador(h1, ['top', '--web']);
      const [, page = ''] = await web.line(/page is at (http:\S+)/, { stream: 'stdout' });
      expect(await h1.read('curl', ['-s', page])).toMatch(/^<!doctype html>.*thing/s);
      expect(await h1.read('curl', ['-s', `${page}v1/status`])).toContain('"service":"thing"');
      expect(await web.stop()).toEqual({ code: 0, signal: undefined });
      expect(await runAmbassador(h1, ['top'])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^thing +proxy/m),
      });
      proxying.kill('SIGKILL');
      await expect.poll(screen).toMatch(/^nothing runs here/m);
      await tmux('send-keys', 'q');
      await expect.poll(screen).toBe('over');
    } finally {
      await tmux('kill-server');
    }
    expect(await runAmbassador(h1, ['top'])).toMatchObject({
      code: 69,
      stdout: '',
      stderr: expect.stringMatching(/^ambassador: nothing runs here: /),
    });
  },
);
