import { chmod, copyFile, rm } from 'node:fs/promises';
import type { Host } from '@mdns-ambassador/testkit';
import { expect, onTestFinished } from 'vitest';
import { announce, proxy, runProgram, spawnAmbassador, startProgram } from '../ambassador.ts';
import { startRedis } from '../credentials.ts';
import { ADMIN_ADDRESS, askAdmin } from '../e2e/admin/admin-client.ts';
import { noteJoining } from '../joining.ts';
import { makeSharedFolder } from '../mesh.ts';
import { Terminal } from '../terminal.ts';
import { WindowsHost } from './windows-host.ts';
import { windowsTests } from './windows-tests.ts';

const who = async (host: Host, port: number): Promise<string> =>
  (await runProgram<{ answer: string }>(host, 'ask', ['127.0.0.1', `${port}`, 'who'])).answer;

await windowsTests('Windows beside Linux', (windowsTest) => {
  windowsTest(
    'finds, names and reaches what Linux announces, by TCP and by a pipe, until its goodbye',
    async ({ linux, windows }) => {
      await startProgram(linux, 'service', '7000', 'linux');
      const announcing = await announce(linux, 'thing:7000');
      const watching = windows.spawn('list', 'thing', '--watch');
      const pipe = '\\\\.\\pipe\\thing';
      const proxying = windows.spawn('proxy', 'thing', '--listen', '127.0.0.1:7100', '--listen', `unix:${pipe}`);
      await watching.line(/^\[\+\] thing "thing on h1"/);
      await proxying.until((output) => output.includes('found "thing on h1"') && output.includes(pipe));
      expect(await who(windows.host, 7100)).toBe('linux\n');
      const ask = `const s = require('net').connect(${JSON.stringify(pipe)}); s.write('who\\n'); s.pipe(process.stdout)`;
      expect(await windows.runNode('-e', ask)).toMatchObject({ code: 0, stdout: 'linux\n' });
      const resolved = await windows.run('resolve', 'thing', '--timeout', '20s');
      expect(resolved).toMatchObject({ code: 0, stdout: `${linux.ip}:7000\n` });
      await announcing.stop('SIGTERM');
      await watching.line(/^\[-\] thing "thing on h1"/);
      await proxying.line(/"thing on h1"/);
    },
  );

  windowsTest(
    'runs a script of the folder, announces it, and says goodbye when that ends',
    async ({ linux, windows }) => {
      // As npm.cmd is one.
      await windows.write('serve.cmd', '@"C:\\Program Files\\nodejs\\node.exe" "%~dp0service.mjs" 7000 %1\r\n');
      const announcing = windows.spawnOnConsole('announce', 'thing:7000', '--', 'serve', 'win dows');
      const watching = spawnAmbassador(linux, ['list', 'thing', '--watch']);
      await announcing.line(/^announced thing/);
      await watching.line(/^\[\+\] thing/);
      await proxy(linux, 'thing:7100');
      expect(await who(linux, 7100)).toBe('win dows\n');
      // Under Wine it reaches the script, too, which ends by it.
      announcing.stdin.write('\x03');
      await watching.line(/^\[-\] thing/);
      await announcing.exited;
    },
  );

  windowsTest('says goodbye at Ctrl-C, and then ends a program that goes on', async ({ linux, windows }) => {
    await windows.write('serve.mjs', "process.on('SIGINT', () => undefined); await import('./service.mjs');");
    const announcing = windows.spawnOnConsole('announce', 'thing:7000', '--', WindowsHost.NODE, 'serve.mjs', '7000');
    const watching = spawnAmbassador(linux, ['list', 'thing', '--watch']);
    await announcing.line(/^announced thing/);
    await watching.line(/^\[\+\] thing/);
    announcing.stdin.write('\x03');
    await announcing.line(/^stopping: saying goodbye, then the command ends/);
    await watching.line(/^\[-\] thing/);
    await announcing.exited;
  });

  windowsTest(
    'announces in a mesh whose key it made, and reaches members; strangers get nothing',
    async ({ linux, windows }) => {
      const key = WindowsHost.path('mesh.key');
      const made = await windows.run('mesh', 'init', key);
      expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining(`--mesh-key-file "${key}"`) });
      const copy = `${makeSharedFolder()}/mesh.key`;
      await copyFile(windows.locate('mesh.key'), copy);
      await chmod(copy, 0o600);
      await startProgram(linux, 'service', '7000', 'linux');
      await startProgram(windows.host, 'service', '7001', 'windows');
      await announce(linux, 'thing:7000', '--mesh-key-file', copy);
      const announcing = windows.spawn('announce', 'cell:7001', '--mesh-key-file', key);
      const proxying = windows.spawn('proxy', 'thing:7100', '--mesh-key-file', key);
      const member = await proxy(linux, 'cell:7200', '--mesh-key-file', copy);
      await announcing.line(/^announced cell/);
      await member.line(/^found "cell on/);
      await proxying.line(/^found "thing on h1"/);
      expect(await who(windows.host, 7100)).toBe('linux\n');
      expect(await who(linux, 7200)).toBe('windows\n');
      const { answer } = await runProgram<{ answer: string }>(linux, 'ask', [windows.host.ip, '22001', 'who']);
      expect(answer).toBe('');
    },
  );

  windowsTest('joins a mesh by a code: announce and proxy need no flag then, strangers get nothing', async (hosts) => {
    const { linux, windows } = hosts;
    const key = `${makeSharedFolder()}/mesh.key`;
    const startedAt = performance.now();
    const inviting = spawnAmbassador(linux, ['mesh', 'invite', key]);
    await inviting.line(/Waiting for it/);
    const joiningAt = performance.now();
    const code = /mesh join (\S+)/.exec(inviting.stdout)?.[1] ?? '';
    const joined = await windows.run('mesh', 'join', code, '--name', 'window');
    expect(joined.stdout).toMatch(/^this machine is window in mesh [0-9a-f]{16} now: it may use the whole mesh/m);
    const own = windows.locatePath(/^Its key is in (\S+):/m.exec(joined.stdout)?.[1] ?? '');
    onTestFinished(() => rm(own, { force: true }));
    noteJoining('join-on-windows', joiningAt - startedAt, performance.now() - joiningAt);
    expect(await inviting.exited).toMatchObject({ code: 0 });
    await startProgram(linux, 'service', '7000', 'linux');
    await startProgram(windows.host, 'service', '7001', 'windows');
    await announce(linux, 'thing:7000', '--mesh-key-file', key);
    const announcing = windows.spawn('announce', 'cell:7001');
    const proxying = windows.spawn('proxy', 'thing:7100');
    const member = await proxy(linux, 'cell:7200', '--mesh-key-file', key);
    await announcing.line(/^announced cell/);
    await proxying.line(/^found "thing on h1"/);
    await member.line(/^found "cell on/);
    for (const one of [announcing, proxying]) expect(one.stdout).toMatch(/^mesh [0-9a-f]{16} as member window:/m);
    expect(await who(windows.host, 7100)).toBe('linux\n');
    expect(await who(linux, 7200)).toBe('windows\n');
    const { answer } = await runProgram<{ answer: string }>(linux, 'ask', [windows.host.ip, '22001', 'who']);
    expect(answer).toBe('');
  });

  windowsTest('up follows its file, the file of a source and the file of a password', async ({ linux, windows }) => {
    await startRedis(linux, 6400, 'geheim', '0.0.0.0');
    await windows.write('redis.password', `\ufeffgeheim\r\n`);
    await windows.write('db.yaml', `\ufeff- ${linux.ip}:6400\r\n`);
    const file = (...more: readonly string[]): string =>
      [
        'announce:',
        '  - { service: own:7001, check: none }',
        ...more,
        'proxy:',
        `  - { service: 'redis:16379', from: 'file:${WindowsHost.path('db.yaml')}', credentials: { protocol: redis, username: app, passwordFile: redis.password }, insecureInject: true }`,
        '',
      ].join('\r\n');
    await windows.write('up.yaml', file());
    const up = windows.spawn('up', '--config', WindowsHost.path('up.yaml'));
    const watching = spawnAmbassador(linux, ['list', '--watch']);
    await up.until((output) => output.includes('found') && output.includes('announced own'));
    await watching.line(/^\[\+\] own "own on/);
    expect(await askRedis(windows)).toBe('');
    await windows.write('up.yaml', file('  - { service: more:7002, check: none }'));
    await watching.line(/^\[\+\] more "more on/);
    await windows.write('up.yaml', 'announce: [\r\n');
    await up.line(/not reloaded, what was before goes on/);
    await windows.write('up.yaml', file());
    await watching.line(/^\[-\] more "more on/);
    await windows.write('db.yaml', '[]\r\n');
    await up.line(/10\.99\.0\.1:6400/);
    await windows.write('db.yaml', `- ${linux.ip}:6400\r\n`);
    await up.line(/^found/);
    expect(await askRedis(windows)).toBe('');
    expect(watching.stdout).not.toContain('[-] own');
  });

  windowsTest('an agent tells a proxy beside it, over a pipe', async ({ linux, windows }) => {
    await startProgram(linux, 'service', '7000', 'linux');
    await announce(linux, 'thing:7000');
    const agent = windows.spawn('agent');
    await agent.line(/^serving what is on the network at \\\\\.\\pipe\\ambassador-agent/);
    const proxying = windows.spawn('proxy', 'thing:7100', '--from', 'agent:');
    await proxying.line(/^found "thing on h1"/);
    expect(await who(windows.host, 7100)).toBe('linux\n');
  });

  windowsTest(
    'who runs is asked at its pipe, and where pipes can not be listed status does not say that nothing runs',
    async ({ windows }) => {
      const proxying = windows.spawn('proxy', 'thing:7100', '--from', 'static:127.0.0.1:9', '--admin', ADMIN_ADDRESS);
      await proxying.line(/^found/);
      const { pid } = JSON.parse((await askAdmin(windows.host, '/v1/status')).body);
      const ask = `require('http').get({ socketPath: ${JSON.stringify(`\\\\.\\pipe\\ambassador-${pid}`)}, path: '/v1/status', headers: { host: 'localhost' } }, (answer) => answer.pipe(process.stdout)).on('error', (error) => console.log(JSON.stringify({ code: error.code })))`;
      const asked = await windows.runNode('-e', ask);
      const services = [{ service: 'thing', listen: ['127.0.0.1:7100', '[::1]:7100'] }];
      expect(JSON.parse(asked.stdout)).toMatchObject({ command: 'proxy', platform: 'win32', pid, services });
      const unknown = /^ambassador: what runs here can't be told: \\\\\.\\pipe\\ can't be listed \(UNKNOWN\); /;
      const [status, top] = await Promise.all([windows.run('status'), windows.run('top')]);
      expect([status, top]).toMatchObject([
        { code: 69, stdout: '', stderr: expect.stringMatching(unknown) },
        { code: 69, stdout: '', stderr: expect.stringMatching(unknown) },
      ]);
      // Killed, it leaves no pipe.
      proxying.kill('SIGTERM');
      await proxying.exited;
      expect(JSON.parse((await windows.runNode('-e', ask)).stdout)).toEqual({ code: 'ENOENT' });
    },
  );

  windowsTest(
    'status is a table at its console, and top lives there, with its keys, and gives it back',
    async ({ windows }) => {
      const proxying = windows.spawn('proxy', 'thing:7100', '--from', 'static:127.0.0.1:9', '--admin', ADMIN_ADDRESS);
      await proxying.line(/^found/);
      const { pid } = JSON.parse((await askAdmin(windows.host, '/v1/status')).body);
      // Wine lists no pipes: this one's name is said. All else is Windows' Node and Wine's console, which passes escape sequences on and counts them as columns.
      await windows.write(
        'pipes.cjs',
        `const fs = require('fs'); const { readdirSync } = fs; fs.readdirSync = (path, ...rest) => path === '\\\\\\\\.\\\\pipe\\\\' ? ['ambassador-${pid}'] : readdirSync(path, ...rest);`,
      );
      await using terminal = await Terminal.open(windows.host, 120, 12, windows.command);
      const screen = () => terminal.show();
      const press = (...keys: readonly string[]) => terminal.tmux('send-keys', ...keys);
      await terminal.type("export NODE_OPTIONS='--require ./pipes.cjs'; amb status; echo code $?");
      await expect.poll(screen).toMatch(/^thing +proxy +127\.0\.0\.1:7100 +ready +1\/1 +0 [\s\S]*^code 0$/m);
      await terminal.type('amb top; echo over $?');
      await expect.poll(screen).toMatch(/^thing +proxy +127\.0\.0\.1:7100 [\s\S]*^q quit {2}s sort \(name\)/m);
      await press('s', 'e');
      await expect
        .poll(screen)
        .toMatch(/^ {2}127\.0\.0\.1:9 ready, 0 of 0 open, 0 failed\nq quit {2}s sort \(clients\)/m);
      await press('/', 'x');
      await expect.poll(screen).toMatch(/^SERVICE .*\nshow services with: x_/m);
      await press('BSpace', 't', 'Enter');
      await expect.poll(screen).toMatch(/^thing +proxy [\s\S]*\/ filter \(t\)/m);
      await press('q');
      await expect.poll(screen).toMatch(/over 0$/m);
      await terminal.type('echo back');
      await expect.poll(screen).toMatch(/^back$/m);
    },
  );

  windowsTest('doctor speaks as Windows does', async ({ linux, windows }) => {
    await announce(linux, 'thing:7000', '--check', 'none');
    const { code, stdout } = await windows.run('doctor', '--json');
    const findings: readonly { check: string; status: string; remedy?: string }[] = JSON.parse(stdout);
    const status = Object.fromEntries(findings.map((finding) => [finding.check, finding.status]));
    expect(status).toMatchObject({ interfaces: 'ok', port: 'ok', loopback: 'ok', answers: 'ok' });
    expect(JSON.stringify(findings)).not.toMatch(/ufw|firewall-cmd|timedatectl|ip link/);
    expect(code).toBe(0);
  });

  windowsTest('the demo loses nothing', async ({ windows }) => {
    const { code, stdout, stderr } = await windows.run('demo');
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/\b0 failed/);
  });

  windowsTest('what it cannot do it says in one sentence', async ({ windows }) => {
    const table: readonly (readonly [code: number, said: string, ...words: string[]])[] = [
      [66, 'command "no-such-command" was not found', 'announce', 'web:8000', '--', 'no-such-command'],
      [64, '\\\\.\\pipe\\', 'proxy', 'redis', '--listen', 'unix:C:\\My Work\\redis.sock'],
      [66, 'Q:\\nowhere\\mesh.key', 'announce', 'web:8000', '--mesh-key-file', 'Q:\\nowhere\\mesh.key'],
      [66, 'none.yaml', 'up', '--config', 'none.yaml'],
    ];
    const results = await Promise.all(
      table.map(async ([code, said, ...words]) => ({ code, said, words, result: await windows.run(...words) })),
    );
    for (const { code, said, words, result } of results) {
      expect.soft({ words, ...result }).toMatchObject({ code, stderr: expect.stringContaining(said) });
      expect.soft(result.stderr.match(/^ambassador: /gm)).toHaveLength(1);
    }
  });
});

/** The answer to GET, or the refusal: a password that was not told is one. */
async function askRedis({ host }: WindowsHost): Promise<string> {
  const { stdout, stderr } = await host.run('redis-cli', ['-p', '16379', 'get', 'nothing']);
  return `${stdout}${stderr}`.trim();
}
