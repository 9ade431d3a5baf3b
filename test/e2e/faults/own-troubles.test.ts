import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { proxy, runProgram, spawnAmbassador, spawnProgram, startProgram } from '../../ambassador.ts';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';

/** Longer than each of our checks may take. */
const STOPPED_MS = 4_000;
const PORTS = 20;
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

await labTest(
  'where the system sends no multicast an announcer stays, and is found when it sends again',
  { hosts: 2, needs: ['iptables'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startProgram(h1, 'service', '7000', 'h1');
    // To the sender: EPERM.
    const rule = ['OUTPUT', '-p', 'udp', '--dport', '5353', '-j', 'DROP'];
    for (const family of ['iptables', 'ip6tables']) await h1.read(family, ['-A', ...rule]);
    const announcing = spawnAmbassador(h1, ['announce', 'thing:7000']);
    await announcing.line(/announce/);
    const proxying = await proxy(h2, 'thing:7000');
    await sleep(STOPPED_MS);
    expect(proxying.output).not.toContain('thing on h1');
    for (const family of ['iptables', 'ip6tables']) await h1.read(family, ['-D', ...rule]);
    await proxying.line(/found "thing on h1"/);
    expect(await runProgram(h2, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 'h1\n' });
  },
);

await labTest(
  'a proxy that has no local port left blames no endpoint for it, and goes on when it has one',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startProgram(h1, 'service', '7000', 'h1');
    const set = (name: string, value: string): Promise<string> =>
      h2.read('sh', ['-c', 'echo "$1" > "/proc/sys/net/ipv4/$0"', name, value]);
    await set('ip_local_port_range', `40000 ${40_000 + PORTS - 1}`);
    await set('tcp_tw_reuse', '1');
    const proxying = await proxy(h2, 'thing:7000', '--from', `static:${h1.ip}:7000`, '--connect-timeout', '2s');
    // In each family a client has as many ports, and the proxy as many to the service altogether.
    const kept = spawnProgram(h2, 'stay', '127.0.0.1', '7000', `${PORTS}`);
    expect(JSON.parse((await kept.line(/^ready (.*)$/))[1] ?? '')).toEqual({ h1: PORTS, refused: 0 });
    expect(await runProgram(h2, 'ask', ['::1', '7000', 'who'])).toMatchObject({ answer: '', end: 'ECONNRESET' });
    kept.stdin.end();
    await kept.exited;
    await expect
      .poll(() => runProgram<{ answer: string }>(h2, 'ask', ['::1', '7000', 'who']).then(({ answer }) => answer))
      .toBe('h1\n');
    expect(proxying.output).not.toMatch(BLAMED);
  },
);
