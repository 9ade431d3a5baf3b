import { setTimeout } from 'node:timers/promises';
import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { AMBASSADOR, announce, runProgram, spawnProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';
import { startPair, startProxy } from './pair.ts';

const PORT = '22000';
const HANDSHAKES = 256;
const HANDSHAKES_PER_ADDRESS = 32;
/** So many ask for more than there is. */
const ADDRESSES = 40;
const HANDSHAKES_WANTED = 8;
/** They have five seconds, and as many to wait, and the machine may be busy. */
const LONGEST_MS = 20_000;
/** They take their time where the machine is busy. */
const ENDS = { timeout: 120_000 };
/** More than can begin a handshake within a few seconds, while none of them is answered. */
const CROWD = 200;
/** While they wait, one comes after the other. */
const LATE = 12;
const LATE_MS = 500;
/** More than the proxy keeps warm. */
const QUESTIONS = 12;

interface Loitering {
  readonly answered: number;
  readonly oldestMs: number;
}

await labTest(
  'whoever does not finish his handshake has five seconds and 32 places of 256, and no member fails for it',
  { hosts: 3 },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    await startPair(h1, h2);

    const one = await loiter(h3, h1, HANDSHAKES_PER_ADDRESS + 8, [h3.ip]);
    await expectAnswers(h2);
    await one.line(/^ended 30$/, ENDS);
    const few = await depart(one);
    expect(few.answered).toBeGreaterThan(0);
    expect(few.answered).toBeLessThanOrEqual(HANDSHAKES_PER_ADDRESS);
    expect(few.oldestMs).toBeLessThan(LONGEST_MS);

    const all = await loiter(h3, h1, HANDSHAKES_WANTED, await addAddresses(h3, ADDRESSES));
    await expectAnswers(h2);
    await all.line(/^ended 300$/, ENDS);
    await expectAnswers(h2);
    const many = await depart(all);
    expect(many.answered).toBeLessThanOrEqual(HANDSHAKES);
    expect(many.oldestMs).toBeLessThan(LONGEST_MS);
  },
);

await labTest('whoever has the address of a member and is none, locks nobody out', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  const { proxying } = await startPair(h1, h2);
  const local = await h1.read('ip', ['-6', '-o', 'address', 'show', 'dev', 'eth0', 'scope', 'link']);
  const [, address = ''] = /inet6 (\S+?)\//.exec(local) ?? [];
  const garbage = await startProgram(h2, 'garbage', PORT, '15', `${h1.ip},${address}%eth0`);
  // More than an address may fail.
  await garbage.line(/^failed 90$/, ENDS);
  for (let times = 0; times < 3; times++) await expectAnswers(h2);
  garbage.stdin.end();
  expect(proxying.stdout).not.toMatch(/closing connections/);
});

await labTest(
  'a crowd that waits for an announcer that stands still is no overload, and all of it is served when that goes on',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const key = await initMesh(h1, makeSharedFolder());
    await startProgram(h1, 'service', '7000', 'h1');
    const announcer = await announce(h1, 'thing:7000', '--mesh-key-file', key);
    const proxying = await startProxy(h2, h1, key, '--connect-timeout', '60s');
    await expectAnswers(h2);
    announcer.kill('SIGSTOP');
    const crowds = [1, 2].map(() => spawnProgram(h2, 'stay', '127.0.0.1', '7000', `${CROWD}`));
    for (let late = 0; late < LATE; late++) {
      await setTimeout(LATE_MS);
      crowds.push(spawnProgram(h2, 'stay', '127.0.0.1', '7000', '1'));
    }
    announcer.kill('SIGCONT');
    for (const crowd of crowds) {
      const [ready] = await crowd.line(/^ready .*/, ENDS);
      expect(ready).toContain('"refused":0');
      crowd.stdin.end();
    }
    expect(proxying.stdout).not.toContain('than can be served in time');
  },
);

await labTest(
  'on a machine with few file descriptors one address does not take them all',
  { hosts: 3 },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const key = await initMesh(h1, makeSharedFolder());
    await startProgram(h1, 'service', '7000', 'h1');
    const flags = ['--nofile=512:512', process.execPath, AMBASSADOR, 'announce', 'thing:7000', '--mesh-key-file', key];
    const announcer = h1.spawn('prlimit', flags);
    await announcer.line(/announced thing/);
    await startProxy(h2, h1, key);
    const crowd = spawnProgram(h3, 'loiter', h1.ip, PORT, '250', h3.ip);
    await crowd.line(/^ended/, ENDS);
    await expectAnswers(h2);
    await depart(crowd);
  },
);

/** Each has the patience of the proxy, ten seconds. */
async function expectAnswers(host: Host): Promise<void> {
  for (let number = 0; number < QUESTIONS; number++) {
    const said = await runProgram<{ answer: string }>(host, 'ask', ['127.0.0.1', '7000', 'who']);
    expect(said.answer).toBe('h1\n');
  }
}

async function loiter(at: Host, target: Host, each: number, addresses: readonly string[]): Promise<HostProcess> {
  return await startProgram(at, 'loiter', target.ip, PORT, `${each}`, addresses.join());
}

async function depart(loitering: HostProcess): Promise<Loitering> {
  loitering.stdin.end();
  const [json] = await loitering.line(/^\{.*\}$/);
  return JSON.parse(json);
}

async function addAddresses(host: Host, count: number): Promise<readonly string[]> {
  const addresses = Array.from({ length: count }, (_, index) => `10.99.0.${100 + index}`);
  for (const address of addresses) await host.read('ip', ['address', 'add', `${address}/24`, 'dev', 'eth0']);
  return addresses;
}
