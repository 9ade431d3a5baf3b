import { type Host, type HostProcess, type Lab, PYTHON } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { locateProgram, runProgram, spawnProgram, startProgram } from '../ambassador.ts';
import { countCarried, untilCarried } from '../kernel-counters.ts';
import { labTest } from '../lab-test.ts';
import { ENGINE_NODE, WAYS, type Way } from '../ways.ts';

const AT = ['127.0.0.1', '7000'];
/** The bound is a gigabyte: TRANSFER_BYTES=1000000000. */
const BYTES = Number(process.env.TRANSFER_BYTES ?? 50_000_000);
const LATE_BYTES = 3_000_000;
const TRANSFER_TIMEOUT_MS = 100_000;
const BREAKS = 20;
const TRANSFERS = 30;
/** 100 ms each. */
const ROUNDS = 10;
const CROWD = 5_000;
const ASK_RAW = locateProgram('ask-raw.py');
const EARLY_ANSWER = locateProgram('early-answer.py');
const SLOW_READERS = 50;
/** 26 MiB were seen at most, on Node 20 to 26: V8 lets dead buffers lie until a process has been calm. Where each reader holds or wastes a MiB, it stays more. */
const GARBAGE_KIB = 48 * 1024;
/** After 25 s on a quiet machine, after a minute on a busy one. */
const CALM = { timeout: 180_000, interval: 500 };
/** By a process and its workers to one another in a second. */
const TOLD_BYTES = 65_536;
/** TLS connections that all clients of a proxy share at most, at one announcer. */
const MOST_SHARED = 8;

interface Scene {
  readonly service: HostProcess;
  readonly announcing: HostProcess;
  readonly proxying: HostProcess;
  readonly client: Host;
}

for (const way of WAYS) {
  await labTest(
    `${way.name}: ends, resets and bytes are passed on both ways beside ${SLOW_READERS} who do not read, and SIGTERM lets transfers complete`,
    { hosts: 2, needs: [...way.needs, 'python3'] },
    async (lan) => {
      const { client, service, proxying, announcing } = await setScene(lan, way);
      const isKernel = way.carrier === 'kernel';
      if (isKernel) await untilCarried(client);
      const carriedBefore = isKernel ? await countCarried(client) : 0;
      const readMemory = async (): Promise<readonly number[]> => [
        ...(await readMemoryKib(client, proxying)),
        ...(await readMemoryKib(lan.host(1), announcing)),
      ];
      const idle = await readMemory();
      const readers = spawnProgram(client, 'slow-readers', ...AT, `${SLOW_READERS}`);
      await readers.line(/^ready/);
      if (!isKernel) await untilStill(client, proxying);
      expect(await readMemory()).toHaveLength(idle.length);
      const readGrowth = async (): Promise<number> =>
        Math.max(...(await readMemory()).map((kib, index) => kib - (idle[index] ?? 0)));
      await expect.poll(readGrowth, CALM).toBeLessThan(GARBAGE_KIB);
      if (!isKernel) {
        const connections = await countConnections(client);
        if (way.carrier === 'shared connections') expect(connections).toBeLessThanOrEqual(MOST_SHARED);
        else expect(connections).toBeGreaterThanOrEqual(SLOW_READERS);
      }

      const took: string[] = [];
      for (const direction of ['up', 'down']) {
        const { sent, arrived, seconds } = await transfer(client, direction, BYTES);
        expect(arrived, direction).toBe(sent);
        took.push(`${direction} in ${seconds.toFixed(1)} s`);
      }
      process.stdout.write(`${way.name}: ${BYTES} bytes ${took.join(', ')}\n`);
      // A client's end is passed on above; now the service ends first, and hears what comes behind that.
      const { sent: late } = await transfer(client, 'late', LATE_BYTES);
      await service.line(new RegExp(`^heard \\d+ ${late}$`));
      expect(await runProgram(client, 'ask', [...AT, 'reset'])).toMatchObject({ end: 'ECONNRESET' });
      for (let time = 0; time < BREAKS; time++) {
        const { end } = JSON.parse(await client.read(PYTHON, [ASK_RAW, ...AT, 'break']));
        expect(end).toBe('ECONNRESET');
      }
      service.skip();
      expect(await runProgram(client, 'hang-up', AT)).toEqual({ heard: 'holding\n' });
      const [, number] = await service.line(/^hold (\d+)$/);
      await service.line(new RegExp(`^reset ${number}$`));

      expect(readers.output).not.toContain('lost');
      if (isKernel) expect((await countCarried(client)) - carriedBefore).toBeGreaterThan(SLOW_READERS + BREAKS);
      readers.stdin.end();
      await readers.exited;
      await untilOver(service, 'firehose', SLOW_READERS);
      expect(await runProgram(client, 'ask', [...AT, 'who'])).toMatchObject({ answer: 'h1\n' });

      const transfers = spawnProgram(client, 'transfers', ...AT, `${TRANSFERS}`, `${ROUNDS}`);
      await transfers.line(/^ready/);
      const stopped = [proxying.stop('SIGTERM'), announcing.stop('SIGTERM')];
      expect(JSON.parse((await transfers.line(/^\{.*\}$/))[0])).toEqual({ whole: TRANSFERS });
      expect(await Promise.all(stopped)).toEqual(stopped.map(() => ({ code: 0, signal: undefined })));
    },
  );
}

// Where each client of a mesh has a connection of its own, as beside a former version, TLS still loses some.
for (const way of WAYS.filter(({ carrier }) => carrier !== 'own connections')) {
  await labTest(
    `${way.name}: an answer that comes before the whole request reaches its client, though the service closes on the rest`,
    { hosts: 2, needs: [...way.needs, 'python3'] },
    async (lan) => {
      await lan
        .host(1)
        .spawn(PYTHON, [EARLY_ANSWER, 'serve', '7000'])
        .line(/^ready/);
      const { proxying } = await way.start(lan);
      await proxying.line(/found "thing on h1"/);
      const heard = await lan.host(2).read(PYTHON, [EARLY_ANSWER, 'ask', '7000'], { timeout: 60_000 });
      expect(JSON.parse(heard)).toEqual({ 10000: 50 });
    },
  );
}

interface Transfer {
  readonly sent: string;
  readonly arrived: string;
  readonly seconds: number;
}

await labTest("the kernel asks whether an idle client's machine is still there", { hosts: 2 }, async (lan) => {
  const { client } = await setScene(lan, ENGINE_NODE);
  const stay = spawnProgram(client, 'stay', ...AT, '1');
  await stay.line(/^ready/);
  // Until what the client was sent is acknowledged, its socket has another timer.
  const accepted = ['--tcp', '--numeric', '--options', '--no-header', 'sport', '=', ':7000'];
  await expect.poll(() => client.read('ss', accepted)).toMatch(/timer:\(keepalive,/);
});

await labTest('50 slow readers of a firehose do not make the proxy grow', { hosts: 2 }, async (lan) => {
  const { client, proxying } = await setScene(lan, ENGINE_NODE);
  const growWithSlowReaders = async (fromKib: number): Promise<number> => {
    const readers = spawnProgram(client, 'slow-readers', ...AT, `${SLOW_READERS}`);
    await readers.line(/^ready/);
    await untilStill(client, proxying);
    const readMemory = async (): Promise<number> => (await readMemoryKib(client, proxying))[0] ?? 0;
    await expect.poll(readMemory, CALM).toBeLessThan(fromKib + GARBAGE_KIB);
    const memoryKib = await readMemory();
    expect(readers.output).not.toContain('lost');
    readers.stdin.end();
    await readers.exited;
    return memoryKib;
  };
  const [idle = 0] = await readMemoryKib(client, proxying);
  await growWithSlowReaders(await growWithSlowReaders(idle));
  expect(await runProgram(client, 'ask', [...AT, 'who'])).toMatchObject({ answer: 'h1\n' });
});

await labTest('5,000 connections are open at once, and all answer', { hosts: 2 }, async (lan) => {
  const { client } = await setScene(lan, ENGINE_NODE);
  const crowd = await runProgram(client, 'crowd', [...AT, `${CROWD}`], { timeout: 200_000 });
  expect(crowd).toEqual({ opened: CROWD, answeredAgain: CROWD });
});

/** A service announced on h1 and proxied on h2. */
async function setScene(lan: Lab, { start }: Way): Promise<Scene> {
  const [h1, client] = [lan.host(1), lan.host(2)];
  const service = await startProgram(h1, 'service', '7000', 'h1');
  const { announcing, proxying } = await start(lan);
  await proxying.line(/found "thing on h1"/);
  return { service, announcing, proxying, client };
}

async function transfer(client: Host, direction: string, bytes: number): Promise<Transfer> {
  return await runProgram(client, 'transfer', [...AT, direction, `${bytes}`], { timeout: TRANSFER_TIMEOUT_MS });
}

/** Of a process and its children, in the order of their numbers. */
async function readMemoryKib(host: Host, { pid }: HostProcess): Promise<readonly number[]> {
  const printed = await host.read('ps', ['-o', 'rss=', '--sort', 'pid', '-p', `${pid}`, '--ppid', `${pid}`]);
  return printed.trim().split('\n').map(Number);
}

/** Until a process and its children carry no more: in a second, of which a busy machine leaves them a part, they read and write what they tell one another at most. */
async function untilStill(host: Host, { pid }: HostProcess): Promise<void> {
  const count = `cat $(ps -o pid= -p ${pid} --ppid ${pid} | sed 's|.*[^0-9]||; s|.*|/proc/&/io|') | awk '/char/ { sum += $2 } END { printf "%.0f", sum }'`;
  await host.until(`before=$(${count}); sleep 1; [ $(($(${count}) - before)) -lt ${TOLD_BYTES} ]`);
}

/** Of both families. */
async function countConnections(from: Host): Promise<number> {
  const toOthers = '( dst 10.99.0.0/16 or dst fe80::/10 )';
  const printed = await from.read('ss', ['--tcp', '--numeric', '--no-header', 'state', 'established', toOthers]);
  return printed.trim().split('\n').length;
}

/** Until nothing is left at the service of those `count` who asked for this and have reset. */
async function untilOver(service: HostProcess, asked: string, count: number): Promise<void> {
  const said = (): readonly string[] => service.stdout.split('\n');
  const numbers = said().flatMap((line) => new RegExp(`^${asked} (\\d+)$`).exec(line)?.[1] ?? []);
  expect(numbers).toHaveLength(count);
  const isOver = (one: string): boolean => said().some((line) => line === `reset ${one}` || line === `EPIPE ${one}`);
  await expect.poll(() => numbers.filter((one) => !isOver(one)), { timeout: 10_000 }).toEqual([]);
}
