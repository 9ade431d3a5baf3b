import { setTimeout as sleep } from 'node:timers/promises';
import type { HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { proxy, runProgram, spawnAmbassador, spawnProgram, startProgram } from '../../ambassador.ts';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';
import { knowsBackends } from '../../mesh.ts';

/** Longer than each of our checks may take. */
const STOPPED_MS = 4_000;
const PORTS = 20;
const KEPT = 20;
const UNPLUGGED_MS = 5_000;
/** So long after a link is back, silence counts again, and every check has looked. */
const JUDGED_MS = 9_000;
/** The longest interval, and what a busy machine adds. */
const NOTICED_MS = 12_000;
/** A connection of `stay` that ended by itself. */
const ENDED = /^(?:h\d|local) \w+$/gm;
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
  'a cable that is pulled out of the proxy’s own host for some seconds ends no connection; one out of a backend is noticed as ever',
  { hosts: BACKEND_COUNT + 1 },
  async (lan) => {
    const client = lan.host(BACKEND_COUNT + 1);
    const h1 = lan.host(1);
    await startBackends(lan);
    await startProgram(client, 'service', '7100', 'local');
    const places = `static:${h1.ip}:7000,127.0.0.1:7100`;
    const proxies = await Promise.all(
      [
        ['thing:7000', '--check', 'redis', '--check-interval', '500ms', '--on-endpoint-lost', 'close'],
        ['thing:7001', '--check', 'tcp', '--check-interval', '2s'],
        ['thing:7002', '--check', 'redis', '--check-interval', '1s', '--workers', '2'],
        ['thing:7003', '--check', 'tcp', '--check-interval', '1s', '--balance', 'first', '--from', places],
      ].map(([service = '', ...flags]) => proxy(client, service, ...flags)),
    );
    for (const proxying of proxies.slice(0, -1)) await knowsBackends(proxying, lan);
    const stay = (port: number, ...words: readonly string[]): HostProcess =>
      spawnProgram(client, 'stay', '127.0.0.1', `${port}`, `${KEPT}`, ...words);
    const kept = [7000, 7001, 7002, 7003].flatMap((port) => [stay(port), stay(port, '200')]);
    const onH1 = await Promise.all(
      kept.map(async (one): Promise<number> => JSON.parse((await one.line(/^ready (.*)$/))[1] ?? '{}').h1 ?? 0),
    );
    expect(Math.min(...onH1)).toBeGreaterThan(0);

    await lan.unplug(client);
    await sleep(UNPLUGGED_MS / 2);
    expect(await runProgram(client, 'ask', ['127.0.0.1', '7003', 'who'])).toMatchObject({ answer: 'local\n' });
    await sleep(UNPLUGGED_MS / 2);
    await lan.plug(client);
    await sleep(JUDGED_MS);
    for (const { output } of kept) expect(output).not.toMatch(ENDED);
    for (const { output } of proxies) expect(output).not.toMatch(/connections? reset/);

    await lan.unplug(h1);
    const unpluggedAt = Date.now();
    await Promise.all(kept.map((one, at) => one.until((output) => (output.match(ENDED) ?? []).length === onH1[at])));
    // Without the check: 25 s.
    expect(Date.now() - unpluggedAt).toBeLessThan(NOTICED_MS);
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
