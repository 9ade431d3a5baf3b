import { fileURLToPath } from 'node:url';
import { type Host, PYTHON } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { AMBASSADOR, announce, runProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

const NOTIFY_SOCKET = '/run/notify.sock';
const UNITS = fileURLToPath(new URL('../../../examples/systemd/', import.meta.url));
/** Of 100; a unit without any hardening has 96. */
const HIGHEST_EXPOSURE = '20';

await labTest(
  'systemd is told when a command is ready, that it turns, and when it stops',
  { hosts: 1, needs: ['systemd-notify', 'python3'] },
  async (lan) => {
    const h1 = lan.host(1);
    const receiver = h1.spawn(PYTHON, [programPath('notify-socket.py'), NOTIFY_SOCKET]);
    await receiver.line(/ready/);
    for (const args of [
      ['proxy', 'thing:7000'],
      ['announce', 'thing:7001', '--check', 'none'],
    ]) {
      const env = { NOTIFY_SOCKET, WATCHDOG_USEC: '4000000' };
      const running = h1.spawn(process.execPath, [AMBASSADOR, ...args], { env });
      await receiver.line(/^READY=1$/);
      await receiver.line(/^WATCHDOG=1$/);
      running.kill('SIGTERM');
      await receiver.line(/^STOPPING=1$/);
      expect(await running.exited).toEqual({ code: 0, signal: undefined });
    }
  },
);

await labTest(
  'a notify socket that is not there stops nothing',
  { hosts: 1, needs: ['systemd-notify'] },
  async (lan) => {
    const h1 = lan.host(1);
    const env = { NOTIFY_SOCKET: '/run/missing.sock' };
    const running = h1.spawn(process.execPath, [AMBASSADOR, 'proxy', 'thing:7000'], { env });
    await running.line(/listening/, { stream: 'stdout' });
    expect(await running.stop()).toEqual({ code: 0, signal: undefined });
  },
);

await labTest(
  'a proxy takes the sockets that systemd opened, each service its own',
  { hosts: 2, needs: ['systemd-socket-activate'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    for (const [name, port] of [
      ['thing', '7000'],
      ['other', '7001'],
    ] as const) {
      await startProgram(h1, 'service', port, name);
      await announce(h1, `${name}:${port}`);
    }
    const passed = ['-l', '127.0.0.1:8000', '-l', '127.0.0.1:8001', '--fdname=other:thing'];
    const proxying = activate(h2, passed, 'thing', 'other');
    await proxying.line(/Listening on 127\.0\.0\.1:8001/);
    // The first client starts the proxy, and is served.
    expect(await runProgram(h2, 'ask', ['127.0.0.1', '8000', 'who'])).toMatchObject({ answer: 'other\n' });
    expect(await runProgram(h2, 'ask', ['127.0.0.1', '8001', 'who'])).toMatchObject({ answer: 'thing\n' });
    await proxying.until((output) => output.includes('listening on 127.0.0.1:8001 for thing'));
    expect(await proxying.stop()).toEqual({ code: 0, signal: undefined });
  },
);

await labTest(
  'a passed socket that other machines can reach needs --allow-remote',
  { hosts: 1, needs: ['systemd-socket-activate'] },
  async (lan) => {
    const h1 = lan.host(1);
    const refused = activate(h1, ['-l', '0.0.0.0:8000'], 'thing');
    await refused.line(/Listening on/);
    await runProgram(h1, 'ask', ['127.0.0.1', '8000', 'who']);
    expect(await refused.exited).toEqual({ code: 77, signal: undefined });
    expect(refused.stderr).toMatch(/0\.0\.0\.0:8000.*--allow-remote/);
  },
);

await labTest(
  'systemd takes the example units, and finds little exposed',
  { hosts: 1, needs: ['systemd-analyze'] },
  async (lan) => {
    const h1 = lan.host(1);
    const names = [
      'ambassador-announce@.service',
      'ambassador-proxy@.service',
      'ambassador-proxy@.socket',
      'ambassador-agent.service',
      'ambassador-up.service',
    ];
    await h1.read('mkdir', ['/run/units']);
    for (const name of names) {
      const instance = name.replace('@', '@redis');
      await h1.read('sh', [
        '-c',
        `sed 's#/usr/local/bin/ambassador#${AMBASSADOR}#' '${UNITS}${name}' >'/run/units/${instance}'`,
      ]);
      const verified = await h1.run('systemd-analyze', ['verify', '--man=no', `/run/units/${instance}`]);
      expect.soft({ name, ...verified }).toMatchObject({ code: 0, stderr: '' });
    }
    for (const name of names.filter((one) => one.endsWith('.service'))) {
      const unit = `/run/units/${name.replace('@', '@redis')}`;
      const args = ['security', '--offline=yes', '--no-pager', `--threshold=${HIGHEST_EXPOSURE}`, unit];
      expect.soft({ name, ...(await h1.run('systemd-analyze', args)) }).toMatchObject({ code: 0 });
    }
  },
);

function activate(host: Host, sockets: readonly string[], ...services: readonly string[]) {
  return host.spawn('systemd-socket-activate', [...sockets, process.execPath, AMBASSADOR, 'proxy', ...services]);
}

function programPath(name: string): string {
  return fileURLToPath(new URL(`../../programs/${name}`, import.meta.url));
}
