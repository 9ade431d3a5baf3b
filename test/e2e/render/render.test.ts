import type { CommandResult, Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, runAmbassador, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

const HAPROXY_CHECK = 'haproxy -c -f {}';
const NGINX_CHECK = 'nginx -t -c {}';

await labTest(
  'haproxy and nginx accept what is rendered of a hostile network',
  { hosts: 3, needs: ['haproxy', 'nginx', 'nginx-stream'] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    await announce(h1, 'thing:7000', '--check', 'none', '--weight', '60000', '--name', '"; } daemon #\\');
    await announce(h2, 'thing:7001', '--check', 'none', '--priority', '5', '--name', 'second');
    await h3.read('mkdir', ['/run/out']);
    for (const [format, check] of [
      ['haproxy', HAPROXY_CHECK],
      ['nginx', NGINX_CHECK],
    ] as const) {
      const file = `/run/out/${format}`;
      const args = [
        'render',
        format,
        'thing:7000',
        '-o',
        file,
        '--check',
        check,
        '--reload',
        'echo x >> /run/reloads',
        '--timeout',
        '20s',
      ];
      // A look is over when it was quiet for a second: on a busy machine who answers late may be missed.
      const renderAnew = async (): Promise<CommandResult> => {
        await h3.read('rm', ['-f', file, '/run/reloads']);
        return await runAmbassador(h3, args);
      };
      await expect.poll(renderAnew).toMatchObject({
        code: 0,
        stdout: `${file} is written: thing has 2 endpoints\n`,
        stderr: expect.not.stringContaining('ambassador:'),
      });
      const written = await h3.read('cat', [file]);
      expect(written).toMatch(/10\.99\.0\.1:7000 .*weight/);
      expect(written).toMatch(/10\.99\.0\.2:7001 .* backup/);
      expect(written).toContain('# "\\"; } daemon #\\\\"'.replace('\\"', '"'));

      const before = await h3.read('stat', ['-c', '%i %y', file]);
      const again = await runAmbassador(h3, args);
      expect([again.code, again.stdout]).toEqual([0, `${file} is unchanged: thing has 2 endpoints\n`]);
      expect(await h3.read('stat', ['-c', '%i %y', file])).toBe(before);
      expect(await h3.read('cat', ['/run/reloads'])).toBe('x\n');
    }

    const fragment = await runAmbassador(h3, [
      'render',
      'nginx',
      'thing:7000',
      '--fragment',
      '-o',
      '/run/out/part.conf',
    ]);
    expect(fragment.code).toBe(0);
    const including = 'include /etc/nginx/modules-enabled/*.conf; events {} stream { include /run/out/part.conf; }';
    await h3.read('sh', ['-c', `echo '${including}' > /run/out/main.conf && nginx -t -c /run/out/main.conf`]);
  },
);

await labTest(
  'a check that refuses leaves the old file, a reload that fails says so, and nothing found touches nothing',
  { hosts: 1 },
  async (lan) => {
    const host = lan.host(1);
    const render = ['render', 'env', '-o', '/run/redis.env'];
    const from = (address: string): readonly string[] => ['redis', '--from', `static:${address}`];
    expect((await runAmbassador(host, [...render, ...from('10.0.0.1:1')])).code).toBe(0);
    await host.read('chmod', ['600', '/run/redis.env']);

    const refused = await runAmbassador(host, [...render, ...from('10.0.0.2:2'), '--check', 'echo no good; false']);
    expect([refused.code, refused.stderr]).toEqual([
      78,
      expect.stringContaining('/run/redis.env stays as it was\nno good\n'),
    ]);
    expect(await host.read('cat', ['/run/redis.env'])).toContain('REDIS_ADDRESS=10.0.0.1:1\n');

    const failed = await runAmbassador(host, [...render, ...from('10.0.0.2:2'), '--reload', 'exit 3']);
    expect([failed.code, failed.stderr]).toEqual([
      70,
      expect.stringContaining('--reload: "exit 3" failed (exit code 3)'),
    ]);
    expect(await host.read('cat', ['/run/redis.env'])).toContain('REDIS_ADDRESS=10.0.0.2:2\n');
    expect(await host.read('stat', ['-c', '%a', '/run/redis.env'])).toBe('600\n');

    const nothing = await runAmbassador(host, [...render, 'redis', '--timeout', '300ms']);
    expect([nothing.code, nothing.stderr]).toEqual([69, expect.stringContaining('/run/redis.env stays as it was')]);
    expect(await host.read('sh', ['-c', 'ls -A /run | grep redis'])).toBe('redis.env\n');
  },
);

await labTest(
  'traffic through haproxy follows a service that moves, by --watch and --reload',
  { hosts: 3, needs: ['haproxy'] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    await startProgram(h1, 'service', '7000', 'h1');
    await startProgram(h2, 'service', '7001', 'h2');
    const first = await announce(h1, 'thing:7000');
    // The master re-reads its file on SIGUSR2.
    const reload = 'test ! -e /run/haproxy.pid || kill -USR2 $(cat /run/haproxy.pid)';
    const rendering = spawnAmbassador(h3, [
      ...['render', 'haproxy', 'thing:7100', '-o', '/run/haproxy.cfg', '--watch'],
      ...['--check', HAPROXY_CHECK, '--reload', reload],
    ]);
    await rendering.line(/is written: thing has 1 endpoint$/);
    const haproxy = h3.spawn('haproxy', ['-W', '-db', '-f', '/run/haproxy.cfg']);
    await haproxy.line(/Loading success/);
    await h3.read('sh', ['-c', `echo ${haproxy.pid} > /run/haproxy.pid`]);
    expect(await whoAnswers(h3, 'h1')).toBe('h1');

    await announce(h2, 'thing:7001');
    await first.stop();
    await rendering.line(/is written: thing has 1 endpoint$/);
    expect(await whoAnswers(h3, 'h2')).toBe('h2');
    expect(await h3.read('cat', ['/run/haproxy.cfg'])).not.toContain('10.99.0.1');
    expect(await rendering.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
    expect(await h3.read('sh', ['-c', 'ls -A /run | grep -c "^\\.haproxy" || true'])).toBe('0\n');
  },
);

/** Asks anew until the awaited one answers, for half a minute at most; who answered last. */
async function whoAnswers(host: Host, awaited: string): Promise<string> {
  const ask = `exec 3<>/dev/tcp/127.0.0.1/7100 && echo who >&3 && timeout 1 head -n 1 <&3`;
  const loop = `for i in $(seq 300); do who=$(${ask}); [ "$who" = ${awaited} ] && break; sleep 0.1; done; echo "$who"`;
  return (await host.read('bash', ['-c', loop])).trim();
}
