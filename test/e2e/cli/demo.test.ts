import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { AMBASSADOR } from '../../ambassador.ts';

/** The demo stays on the loopback interface, so it needs neither root nor a lab. */
function startDemo(): { readonly demo: ChildProcess; readonly printed: () => string } {
  const demo = spawn(process.execPath, [AMBASSADOR, 'demo'], {
    env: { ...process.env, npm_lifecycle_event: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void demo.kill('SIGKILL'));
  let text = '';
  for (const stream of [demo.stdout, demo.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return { demo, printed: () => text };
}

async function waitUntilPrinted(demo: ChildProcess, printed: () => string, pattern: RegExp): Promise<void> {
  while (!pattern.test(printed())) {
    if (demo.exitCode !== null) throw new Error(`the demo ended before it printed ${pattern}:\n${printed()}`);
    await once(demo.stdout ?? demo, 'data');
  }
}

function listInstances(printed: string): readonly number[] {
  return [...printed.matchAll(/is process (\d+) on port/g)].map((match) => Number(match[1]));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function expectGone(pids: readonly number[]): Promise<void> {
  expect(pids).toHaveLength(3);
  await expect.poll(() => pids.filter(isAlive)).toEqual([]);
}

test('the demo shows discovery, balancing, a kill, a leave and a newcomer, and ends with 0', async () => {
  const { demo, printed } = startDemo();
  const [code] = await once(demo, 'close');
  expect(code, printed()).toBe(0);
  for (const name of ['red', 'green', 'blue']) expect(printed()).toMatch(new RegExp(`found ${name} after [\\d.]+ m?s`));
  expect(printed()).toMatch(/answered by blue \d+, green \d+ and red \d+/);
  expect(printed()).toMatch(/kill -9 \d+: red dies/);
  expect(printed()).toMatch(/green ended after/);
  expect(printed()).toMatch(/found gold on port \d+/);
  expect(printed()).toMatch(/^\d+ connections, 0 failed, \d+ cut off by the kill, the slowest took [\d.]+ m?s/m);
  expect(printed()).toContain('ambassador proxy redis');
  await expectGone(listInstances(printed()));
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the demo and every process of it, with 0', async (signal) => {
  const { demo, printed } = startDemo();
  await waitUntilPrinted(demo, printed, /listening on/);
  demo.kill(signal);
  const [code] = await once(demo, 'close');
  expect(code, printed()).toBe(0);
  await expectGone(listInstances(printed()));
});

test('no process outlives a demo that is killed', async () => {
  const { demo, printed } = startDemo();
  await waitUntilPrinted(demo, printed, /listening on/);
  demo.kill('SIGKILL');
  await once(demo, 'close');
  await expectGone(listInstances(printed()));
});
