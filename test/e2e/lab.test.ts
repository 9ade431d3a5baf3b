import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { PYTHON } from '@mdns-ambassador/testkit';
import { expect, vi } from 'vitest';
import { locateProgram, runProgram, startProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';

const SEND_MULTICAST = `
import socket, sys
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(sys.argv[1].encode(), ('224.0.0.251', 5000))`;
const PRINT_MULTICAST = `
import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('', 5000))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton('224.0.0.251') + socket.inet_aton(sys.argv[1]))
print('ready', flush=True)
while True: print(s.recv(100).decode(), flush=True)`;

await labTest('hosts have their own name, addresses and /run', { hosts: 2 }, async (lan) => {
  for (const host of lan.hosts) {
    expect(await host.read('hostname')).toBe(`${host.name}\n`);
    const addresses = await host.read('ip', ['-brief', 'address', 'show', 'eth0']);
    expect(addresses).toContain(`${host.ip}/24`);
    expect(addresses).toMatch(/fe80::/);
    expect(await host.run('sh', ['-c', 'echo mine > /run/whose && cat /run/whose'])).toMatchObject({ code: 0 });
  }
  expect(await lan.host(2).read('getent', ['ahosts', 'h2'])).toMatch(/^127\.0\.1\.1/);
  await lan.host(1).read('rm', ['/run/whose']);
  expect(await lan.host(2).read('cat', ['/run/whose'])).toBe('mine\n');
});

await labTest('a command is given its input, and its output and exit code come back', { hosts: 1 }, async (lan) => {
  const input = 'x'.repeat(1 << 20);
  const digest = createHash('sha256').update(input).digest('hex');
  const result = await lan.host(1).run('sh', ['-c', 'sha256sum; echo complaint >&2; exit 3'], { input });
  expect(result).toEqual({ code: 3, signal: undefined, stdout: `${digest}  -\n`, stderr: 'complaint\n' });
});

await labTest('a command that takes too long is killed, and says what it was', { hosts: 1 }, async (lan) => {
  await expect(lan.host(1).run('sleep', ['60'], { timeout: 50 })).rejects.toThrow(/within 50 ms: .*sleep 60/);
});

await labTest('a spawned process is the command itself, and is signalled as such', { hosts: 1 }, async (lan) => {
  const child = lan
    .host(1)
    .spawn('sh', ['-c', 'trap "echo term; exit 7" TERM; echo "pid $$"; while :; do sleep 0.05; done']);
  expect((await child.line(/^pid (\d+)$/))[1]).toBe(`${child.pid}`);
  expect(await child.stop('SIGTERM')).toEqual({ code: 7, signal: undefined });
  expect(child.stdout).toMatch(/term\n$/);
});

await labTest('waiting for a line ends with the process, and tells what it said', { hosts: 1 }, async (lan) => {
  const child = lan.host(1).spawn('sh', ['-c', 'echo something else']);
  await expect(child.line(/never/)).rejects.toThrow(/before the process ended: h1\$ sh -c .*\n {2}something else/);
});

await labTest(
  'a pulled cable cuts a connection without a word, and a plugged one mends it',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startProgram(h1, 'service', '7000', 'one');
    const ask = async (): Promise<unknown> => await runProgram(h2, 'ask', [h1.ip, '7000', 'who']);
    expect(await ask()).toMatchObject({ answer: 'one\n', end: 'end' });
    await lan.unplug(h1);
    await expect(
      h2.run(process.execPath, ['-e', `net.connect(7000, '${h1.ip}', process.exit)`], { timeout: 1_000 }),
    ).rejects.toThrow();
    await lan.plug(h1);
    expect(await ask()).toMatchObject({ answer: 'one\n', end: 'end' });
  },
);

await labTest('a second link joins its hosts', { hosts: 3 }, async (lan) => {
  await lan.addLink([lan.host(1), lan.host(3)]);
  await startProgram(lan.host(1), 'service', '7000', 'one');
  expect(await runProgram(lan.host(3), 'ask', ['10.99.1.1', '7000', 'who'])).toMatchObject({ answer: 'one\n' });
});

await labTest(
  'multicast can be blocked both ways for one host',
  { hosts: 3, needs: ['nft', 'python3'] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const heard2 = h2.spawn(PYTHON, ['-c', PRINT_MULTICAST, h2.ip]);
    const heard3 = h3.spawn(PYTHON, ['-c', PRINT_MULTICAST, h3.ip]);
    await heard2.line(/ready/);
    await heard3.line(/ready/);
    await h1.read(PYTHON, ['-c', SEND_MULTICAST, 'open']);
    await heard2.line(/^open$/);
    await heard3.line(/^open$/);
    await lan.blockMulticast(h2);
    await h2.read(PYTHON, ['-c', SEND_MULTICAST, 'from h2']);
    await h1.read(PYTHON, ['-c', SEND_MULTICAST, 'from h1']);
    await heard3.line(/^from h1$/);
    expect(heard3.stdout).not.toContain('from h2');
    expect(heard2.stdout).not.toContain('from h1');
  },
);

await labTest(
  'frames are lost on the way at the rate asked for',
  { hosts: 2, needs: ['nft', 'python3'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const heard = h2.spawn(PYTHON, ['-c', PRINT_MULTICAST, h2.ip]);
    await heard.line(/ready/);
    await lan.loseFrames(h2, 50);
    const burst = `${SEND_MULTICAST.replace('sys.argv[1].encode()', "b'burst'")}\n`.repeat(300);
    await h1.read(PYTHON, ['-c', burst]);
    await heard.until((output) => output.split('burst').length > 75);
    expect(heard.stdout.split('burst').length).toBeLessThan(250);
  },
);

await labTest(
  'closing kills what ran, even what had left its parent, and can be repeated',
  { hosts: 1 },
  async (lan) => {
    const parent = lan.host(1).spawn('sh', ['-c', 'setsid sleep 600 & echo started; wait']);
    await parent.line(/started/);
    expect((await lan.processes()).length).toBeGreaterThanOrEqual(4);
    await lan.close();
    await lan.close();
    expect(await lan.processes()).toEqual([]);
    expect((await parent.exited).signal).toBe('SIGKILL');
  },
);

await labTest('a test runner that is killed leaves nothing behind', { hosts: 1 }, async () => {
  const runner = spawn(process.execPath, [locateProgram('abandoned-lab.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = await once(createInterface({ input: runner.stdout }), 'line');
  const ids: readonly number[] = JSON.parse(printed);
  expect(ids.length).toBeGreaterThanOrEqual(5);
  runner.kill('SIGKILL');
  await vi.waitFor(async () => expect(await findAlive(ids)).toEqual([]), { timeout: 60_000 });
});

/** Those that run still; a process that waits for its parent to notice its end does not. */
async function findAlive(ids: readonly number[]): Promise<readonly number[]> {
  const states = await Promise.all(ids.map(async (id) => await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')));
  return ids.filter((_, index) => /\) [^ZX] /.test(states[index] ?? ''));
}
