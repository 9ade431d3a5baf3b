import { type Host, type HostProcess, type Lab, PYTHON } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, locateProgram, proxy, runProgram, spawnProgram, startProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';
import { initMesh, makeSharedFolder } from '../mesh.ts';

const GIGABYTE = 1_000_000_000;
const TRANSFER_TIMEOUT_MS = 100_000;
const CROWD = 5_000;
const ASK_RAW = locateProgram('ask-raw.py');
const SLOW_READERS = 50;
/** V8 lets some 32 MiB of dead buffers lie before it collects them: that much more or less at any time, and as much for what lives. */
const GARBAGE_KIB = 64 * 1024;
/** TLS connections that all clients of a proxy share at most, at one announcer. */
const MOST_SHARED = 8;
const BYTES_BESIDE = 10_000_000;

interface Scene {
  readonly service: HostProcess;
  readonly announcing: HostProcess;
  readonly proxying: HostProcess;
  readonly client: Host;
}

await labTest("a client's end reaches the service, whose answer still comes back", { hosts: 2 }, async (lan) => {
  const { client } = await setScene(lan);
  const { sent, arrived } = await runProgram<Transfer>(client, 'transfer', ['127.0.0.1', '7000', 'up', '100000']);
  expect(arrived).toBe(sent);
});

await labTest("a service's end reaches the client, which may go on sending", { hosts: 2 }, async (lan) => {
  const { client, service } = await setScene(lan);
  const sendAfterEnd = `
    const socket = require('net').connect({ host: '127.0.0.1', port: 7000, allowHalfOpen: true });
    socket.write('who\\n');
    socket.resume().on('end', () => setTimeout(() => socket.end('more after your end'), 100));
    socket.on('close', (failed) => console.log(failed ? 'failed' : 'clean'));`;
  expect(await client.read(process.execPath, ['-e', sendAfterEnd])).toBe('clean\n');
  const [, number] = await service.line(/^who (\d+)$/);
  await service.line(new RegExp(`^ended ${number}$`));
});

await labTest('a reset by the service reaches the client as a reset', { hosts: 2 }, async (lan) => {
  const { client } = await setScene(lan);
  expect(await runProgram(client, 'ask', ['127.0.0.1', '7000', 'reset'])).toMatchObject({ end: 'ECONNRESET' });
});

await labTest(
  'a reset behind data reaches the client behind the data',
  { hosts: 2, needs: ['python3'] },
  async (lan) => {
    const { client } = await setScene(lan);
    for (let time = 0; time < 20; time++) {
      const { end } = JSON.parse(await client.read(PYTHON, [ASK_RAW, '127.0.0.1', '7000', 'break']));
      expect(end).toBe('ECONNRESET');
    }
  },
);

await labTest(
  'a reset behind data stays one on its way through a mesh',
  { hosts: 2, needs: ['python3'] },
  async (lan) => {
    const key = await initMesh(lan.host(1), makeSharedFolder());
    const { client } = await setScene(lan, '--mesh-key-file', key);
    for (let time = 0; time < 20; time++) {
      const { end } = JSON.parse(await client.read(PYTHON, [ASK_RAW, '127.0.0.1', '7000', 'break']));
      expect(end).toBe('ECONNRESET');
    }
  },
);

await labTest(
  'in a mesh ends, resets and bytes of clients that share connections are their own, beside 50 that do not read',
  { hosts: 2 },
  async (lan) => {
    const key = await initMesh(lan.host(1), makeSharedFolder());
    const { client, service, proxying, announcing } = await setScene(lan, '--mesh-key-file', key);
    const at = ['127.0.0.1', '7000'];
    const idle = [await readMemoryKib(client, proxying), await readMemoryKib(lan.host(1), announcing)];
    const readers = spawnProgram(client, 'slow-readers', ...at, `${SLOW_READERS}`);
    await readers.line(/^ready/);
    await untilStill(client, proxying);
    const held = [await readMemoryKib(client, proxying), await readMemoryKib(lan.host(1), announcing)];
    for (const [index, kib] of held.entries()) expect(kib - (idle[index] ?? 0)).toBeLessThan(GARBAGE_KIB);
    const shared = await client.read('ss', [
      '--tcp',
      '--numeric',
      '--no-header',
      'state',
      'established',
      'dst',
      lan.host(1).ip,
    ]);
    expect(shared.trim().split('\n').length).toBeLessThanOrEqual(MOST_SHARED);
    for (const direction of ['up', 'down']) {
      const { sent, arrived } = await runProgram<Transfer>(client, 'transfer', [...at, direction, `${BYTES_BESIDE}`]);
      expect(arrived, direction).toBe(sent);
    }
    expect(await runProgram(client, 'ask', [...at, 'reset'])).toMatchObject({ end: 'ECONNRESET' });
    expect(await runProgram(client, 'hang-up', at)).toEqual({ heard: 'holding\n' });
    const [, number] = await service.line(/^hold (\d+)$/);
    await service.line(new RegExp(`^reset ${number}$`));
    expect(readers.output).not.toContain('lost');
    readers.stdin.end();
    await readers.exited;
    // Nothing of them stays at the service.
    const said = () => service.stdout.split('\n');
    const read = said().flatMap((line) => /^firehose (\d+)$/.exec(line)?.[1] ?? []);
    expect(read).toHaveLength(SLOW_READERS);
    const isOver = (one: string): boolean => said().some((line) => line === `reset ${one}` || line === `EPIPE ${one}`);
    await expect.poll(() => read.filter((one) => !isOver(one)), { timeout: 10_000 }).toEqual([]);
    await untilStill(client, proxying);
    expect(await runProgram(client, 'ask', [...at, 'who'])).toMatchObject({ answer: 'h1\n' });
  },
);

await labTest("the kernel asks whether an idle client's machine is still there", { hosts: 2 }, async (lan) => {
  const { client } = await setScene(lan);
  const stay = spawnProgram(client, 'stay', '127.0.0.1', '7000', '1');
  await stay.line(/^ready/);
  const accepted = await client.read('ss', ['--tcp', '--numeric', '--options', '--no-header', 'sport', '=', ':7000']);
  expect(accepted).toMatch(/timer:\(keepalive,/);
});

await labTest('a reset by the client reaches the service as a reset', { hosts: 2 }, async (lan) => {
  const { client, service } = await setScene(lan);
  expect(await runProgram(client, 'hang-up', ['127.0.0.1', '7000'])).toEqual({ heard: 'holding\n' });
  const [, number] = await service.line(/^hold (\d+)$/);
  await service.line(new RegExp(`^reset ${number}$`));
});

interface Transfer {
  readonly sent: string;
  readonly arrived: string;
  readonly seconds: number;
}

await labTest('1 GB arrives whole in each direction', { hosts: 2 }, async (lan) => {
  const { client } = await setScene(lan);
  for (const direction of ['up', 'down']) {
    const options = { timeout: TRANSFER_TIMEOUT_MS };
    const args = ['127.0.0.1', '7000', direction, `${GIGABYTE}`];
    const { sent, arrived } = await runProgram<Transfer>(client, 'transfer', args, options);
    expect(arrived).toBe(sent);
  }
});

await labTest('50 slow readers of a firehose do not make the proxy grow', { hosts: 2 }, async (lan) => {
  const { client, proxying } = await setScene(lan);
  const measureWithSlowReaders = async (): Promise<number> => {
    const readers = spawnProgram(client, 'slow-readers', '127.0.0.1', '7000', `${SLOW_READERS}`);
    await readers.line(/^ready/);
    await untilStill(client, proxying);
    const memoryKib = await readMemoryKib(client, proxying);
    expect(readers.output).not.toContain('lost');
    readers.stdin.end();
    await readers.exited;
    return memoryKib;
  };
  const idle = await readMemoryKib(client, proxying);
  const first = await measureWithSlowReaders();
  const second = await measureWithSlowReaders();
  expect(first - idle).toBeLessThan(GARBAGE_KIB);
  expect(second - first).toBeLessThan(GARBAGE_KIB);
  expect(await runProgram(client, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 'h1\n' });
});

await labTest('5,000 connections are open at once, and all answer', { hosts: 2 }, async (lan) => {
  const { client } = await setScene(lan);
  const options = { timeout: 200_000 };
  const crowd = await runProgram(client, 'crowd', ['127.0.0.1', '7000', `${CROWD}`], options);
  expect(crowd).toEqual({ opened: CROWD, answeredAgain: CROWD });
});

/** A service announced on h1 and proxied on h2. */
async function setScene(lan: Lab, ...flags: readonly string[]): Promise<Scene> {
  const [h1, client] = [lan.host(1), lan.host(2)];
  const service = await startProgram(h1, 'service', '7000', 'h1');
  const announcing = await announce(h1, 'thing:7000', ...flags);
  const proxying = await proxy(client, 'thing:7000', ...flags);
  await proxying.line(/thing on h1/);
  return { service, announcing, proxying, client };
}

async function readMemoryKib(host: Host, of: HostProcess): Promise<number> {
  const status = await host.read('cat', [`/proc/${of.pid}/status`]);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}

/** Until a process reads and writes no more: its counts stay the same for a second, of which a busy machine leaves it a part. */
async function untilStill(host: Host, process: HostProcess): Promise<void> {
  const count = `grep char /proc/${process.pid}/io`;
  await host.until(`now=$(${count}); sleep 1; [ "$now" = "$(${count})" ]`);
}
