import { expect } from 'vitest';
import { announce, runAmbassador, spawnAmbassador } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';

/** What is typed, the exit code, and what the one sentence has to contain. */
const MISTAKES: readonly (readonly [readonly string[], number, RegExp])[] = [
  [[], 64, /command/i],
  [['anounce', 'redis'], 64, /anounce.*announce/],
  [['announce'], 64, /service/i],
  [['announce', 'Red_is:6379'], 64, /Red_is/],
  [['announce', 'a-name-longer-than-fifteen:80'], 64, /a-name-longer-than-fifteen/],
  [['announce', '12345:80'], 64, /12345/],
  [['announce', 'redis:70000'], 64, /70000.*65535/],
  [['announce', 'redis:port'], 64, /port/],
  [['announce', 'nosuchservice'], 64, /nosuchservice.*port/i],
  [['announce', 'redis', '--check', 'ping'], 64, /ping.*tcp/],
  [['announce', 'redis', '--check-interval', 'often'], 64, /often/],
  [['announce', 'redis', '--weight', '-1'], 64, /-1/],
  [['announce', 'redis', '--txt', `k=${'v'.repeat(300)}`], 64, /255/],
  [['announce', 'redis', '--responder', 'bind'], 64, /bind.*native/],
  [['announce', 'redis', '--'], 64, /command/i],
  [['proxy'], 64, /service/i],
  [['proxy', 'redis', '--blance', 'p2c'], 64, /blance.*balance/],
  [['proxy', 'redis', '--balance', 'fair'], 64, /fair.*p2c/],
  [['proxy', 'redis', '--from', 'carrier-pigeon'], 64, /carrier-pigeon.*mdns/],
  [['proxy', 'redis', '--from', 'static:10.99.0.1'], 64, /10\.99\.0\.1.*port/i],
  [['proxy', 'redis', '--listen', 'nowhere'], 64, /nowhere/],
  [['proxy', 'redis', '--listen', '0.0.0.0:6379'], 77, /0\.0\.0\.0.*--allow-remote/],
  [['dns', '--listen', '0.0.0.0:5355'], 77, /0\.0\.0\.0:5355 answers other machines; add --allow-remote/],
  [['dns', '--listen', '[::]:53'], 77, /\[::\]:53 answers other machines; add --allow-remote/],
  [['dns', '--listen', 'unix:/run/dns'], 64, /path.*127\.0\.0\.1:5355/],
  [['proxy', 'redis', '--max-connections', 'many'], 64, /many/],
  [['resolve', 'redis', '--format', 'xml'], 64, /xml.*address/],
  [['list', 'redis', 'postgres'], 64, /postgres/],
  [['list', '--timeout', '-3s'], 64, /-3s/],
  [['proxy', 'redis', '--config', '/run/missing.yaml'], 66, /\/run\/missing\.yaml/],
  [['proxy', 'redis', '--config', '/run/wrong.yaml'], 78, /ballance.*balance/],
  [['proxy', 'redis', '--config', '/run/broken.yaml'], 78, /\/run\/broken\.yaml/],
  // Nobody writes into this FIFO.
  ...[
    ['up', '--config', '/run/fifo'],
    ['proxy', 'redis', '--mesh-key-file', '/run/fifo'],
    ['proxy', 'redis', '--credentials', '/run/fifo', '--from', 'static:127.0.0.1:1'],
    ['proxy', 'redis', '--from', 'file:/run/fifo'],
    ['mesh', 'show', '/run/fifo'],
  ].map((words) => [words, 66, /\/run\/fifo"? is a pipe, a socket or a device; write/] as const),
];

await labTest('each kind of wrong usage gets its exit code and one clear sentence', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  await h1.read('tee', ['/run/wrong.yaml'], { input: 'proxy:\n  - service: redis\n    ballance: p2c\n' });
  await h1.read('tee', ['/run/broken.yaml'], { input: 'proxy: [unclosed\n' });
  await h1.read('mkfifo', ['-m', '600', '/run/fifo']);
  for (const [args, code, sentence] of MISTAKES) {
    const typed = `ambassador ${args.join(' ')}`;
    const result = await runAmbassador(h1, args);
    expect.soft({ typed, code: result.code, stdout: result.stdout }).toEqual({ typed, code, stdout: '' });
    expect.soft(result.stderr, typed).toMatch(sentence);
    expect.soft(result.stderr.trim().split('\n').length, `${typed}\n${result.stderr}`).toBeLessThanOrEqual(2);
    expect.soft(result.stderr, typed).not.toMatch(/^\s+at /m);
  }
});

await labTest('a port that is taken is named, with what to do', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  const taken = h1.spawn(process.execPath, [
    '-e',
    "net.createServer().listen(6379, '127.0.0.1', () => console.log('ready'))",
  ]);
  await taken.line(/ready/);
  const result = await runAmbassador(h1, ['proxy', 'redis']);
  expect(result.code).not.toBe(0);
  expect(result.stderr).toMatch(/6379/);
  expect(result.stderr).not.toMatch(/^\s+at /m);
});

await labTest(
  'without any network interface, who looks is told where more is said, and who serves waits',
  { hosts: 1 },
  async (lan) => {
    const h1 = lan.host(1);
    await h1.read('sh', ['-c', 'ip link del eth0; ip link set lo down']);
    for (const args of [['list'], ['resolve', 'redis'], ['render', 'env', 'redis']]) {
      const { code, stderr } = await runAmbassador(h1, [...args, '--timeout', '300ms']);
      expect({ args, code }).toEqual({ args, code: 69 });
      expect(stderr).toMatch(/no network interface is up .*ambassador doctor says\n$/);
    }
    for (const args of [
      ['announce', 'redis'],
      ['proxy', 'redis'],
    ]) {
      const waiting = spawnAmbassador(h1, args);
      await waiting.line(/^no network interface is up: waiting for one$/);
      expect((await waiting.stop('SIGTERM')).code).toBe(0);
    }
  },
);

await labTest('the environment stands in for flags, and flags win', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  const env = { AMBASSADOR_FORMAT: 'xml' };
  expect(await runAmbassador(h1, ['resolve', 'redis'], { env })).toMatchObject({ code: 64 });
  const flags = ['resolve', 'redis', '--format', 'address', '--from', 'static:10.99.0.9:1'];
  expect(await runAmbassador(h1, flags, { env })).toMatchObject({ code: 0, stdout: '10.99.0.9:1\n' });
});

await labTest('SIGINT and SIGTERM end every command with 0', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const announcing = await announce(h1, 'thing:7000', '--check', 'none');
    expect(await announcing.stop(signal)).toEqual({ code: 0, signal: undefined });
    const proxying = spawnAmbassador(h1, ['proxy', 'thing:7001']);
    await proxying.line(/listening/i);
    expect(await proxying.stop(signal)).toEqual({ code: 0, signal: undefined });
    const watching = spawnAmbassador(h1, ['list', 'thing', '--watch']);
    await h1.until("ss -Hlun 'sport = :5353' | grep -q .");
    expect(await watching.stop(signal)).toEqual({ code: 0, signal: undefined });
  }
});

await labTest('help and version print to standard output and end with 0', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  for (const command of ['announce', 'proxy', 'list', 'resolve', 'demo']) {
    const { code, stdout } = await runAmbassador(h1, [command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`ambassador ${command}`);
  }
  expect(await runAmbassador(h1, ['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+/),
  });
});
