import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';

/** Longer than each of our checks may take. */
const STOPPED_MS = 4_000;
/** What is said of an endpoint that is blamed. */
const BLAMED = /is not used for now/;

await labTest(
  'an endpoint that is announced and can not be reached from here costs no connection where there is another',
  { hosts: BACKEND_COUNT + 1, needs: ['iptables'] },
  async (lan) => {
    await lan.host(1).read('iptables', ['-A', 'INPUT', '-p', 'tcp', '--dport', '7000', '!', '-i', 'lo', '-j', 'DROP']);
    await startBackends(lan, '--check', 'none');
    await startProxy(lan);
    const load = await Load.start(lan.host(BACKEND_COUNT + 1));
    await load.moreAnswers(3);
    const { failures, by } = await load.finish();
    expect(failures).toEqual([]);
    expect(Object.keys(by).sort()).toEqual(['h2', 'h3']);
  },
);

await labTest(
  'a proxy that was stopped and goes on blames nobody for it, and loses no connection',
  { hosts: BACKEND_COUNT + 1 },
  async (lan) => {
    await startBackends(lan);
    const proxying = await startProxy(lan, '--check', 'redis', '--check-interval', '500ms');
    const load = await Load.start(lan.host(BACKEND_COUNT + 1));
    await load.moreAnswers(3);
    proxying.kill('SIGSTOP');
    await sleep(STOPPED_MS);
    proxying.kill('SIGCONT');
    await load.moreAnswers(5);
    expect((await load.finish()).failures).toEqual([]);
    expect(proxying.output).not.toMatch(BLAMED);
    expect(proxying.output).not.toMatch(/lost "thing/);
  },
);
