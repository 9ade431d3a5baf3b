import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { proxy, runAmbassador, spawnProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { failedAfter, Load } from '../../load.ts';
import { NameServer, ZONE } from '../../name-server.ts';

const NAME = `_thing._tcp.${ZONE}`;
const NEEDS = ['named'] as const;
const ADDRESSES = [1, 2, 3, 4].map((number) => `h${number} A 10.99.0.${number}`);

interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
  readonly state: string;
}

await labTest(
  'resolve --from srv: prints what stands in DNS, the best first',
  { hosts: 2, needs: NEEDS },
  async (lan) => {
    const server = await NameServer.start(lan.host(1), [...ADDRESSES, srv(20, 5, 7000, 'h1'), srv(10, 0, 7001, 'h2')]);
    const endpoints = await resolve(lan.host(2), server, '--all');
    expect(endpoints).toMatchObject([
      { address: '10.99.0.2', port: 7001, priority: 10, weight: 0, state: 'ready', source: `srv:${NAME}` },
      { address: '10.99.0.1', port: 7000, priority: 20, weight: 5, state: 'ready' },
    ]);
  },
);

await labTest('resolve --from dns: prints every address of a name', { hosts: 2, needs: NEEDS }, async (lan) => {
  const records = ['db A 10.99.0.7', 'db A 10.99.0.8', 'db AAAA fd00::7', 'alias CNAME db'];
  const server = await NameServer.start(lan.host(1), records);
  const from = ['--from', `dns:alias.${ZONE}:5432`, '--dns-server', server.address];
  const { stdout } = await runAmbassador(lan.host(2), ['resolve', 'db', ...from, '--all', '--timeout', '20s']);
  expect(stdout.trim().split('\n').sort()).toEqual(['10.99.0.7:5432', '10.99.0.8:5432', '[fd00::7]:5432']);
});

await labTest(
  'resolve --from srv: of too many records for a datagram asks over TCP',
  { hosts: 2, needs: NEEDS },
  async (lan) => {
    const records = Array.from({ length: 100 }, (_, index) =>
      srv(0, 0, 7000 + index, 'a-name-long-enough-to-fill-a-datagram'),
    );
    const server = await NameServer.start(lan.host(1), [
      ...records,
      'a-name-long-enough-to-fill-a-datagram A 10.99.0.1',
    ]);
    expect(await resolve(lan.host(2), server, '--all')).toHaveLength(100);
  },
);

await labTest('resolve --from srv: of nothing says why, and ends with 69', { hosts: 2, needs: NEEDS }, async (lan) => {
  const server = await NameServer.start(lan.host(1), [...ADDRESSES, '_off._tcp SRV 0 0 0 .']);
  const ask = async (name: string): Promise<unknown> => {
    const from = ['--from', `srv:${name}`, '--dns-server', server.address, '--timeout', '3s'];
    return await runAmbassador(lan.host(2), ['resolve', 'thing', ...from]);
  };
  expect(await ask(`_no._tcp.${ZONE}`)).toMatchObject({ code: 69, stderr: expect.stringMatching(/has no name/) });
  expect(await ask(`h1.${ZONE}`)).toMatchObject({ code: 69, stderr: expect.stringMatching(/no such record/) });
  expect(await ask(`_off._tcp.${ZONE}`)).toMatchObject({ code: 69, stderr: expect.stringMatching(/not offered/) });
  expect(await ask('_thing._tcp.elsewhere.test')).toMatchObject({ code: 69, stderr: expect.stringMatching(/REFUSED/) });
  await server.kill();
  expect(await ask(NAME)).toMatchObject({ code: 69, stderr: expect.stringMatching(/ECONNREFUSED|no answer/) });
});

await labTest(
  'weights 10, 30, 60 and 0 share the connections as RFC 2782 says',
  { hosts: 2, needs: NEEDS },
  async (lan) => {
    const weights = [10, 30, 60, 0];
    await Promise.all(
      weights.map((weight) => startProgram(lan.host(1), 'service', `${7000 + weight}`, `weight ${weight}`)),
    );
    const records = weights.map((weight) => srv(0, weight, 7000 + weight, 'h1'));
    const server = await NameServer.start(lan.host(1), [...ADDRESSES, ...records]);
    const load = await startLoad(lan.host(2), server, weights.length, '--balance', 'random');
    await load.moreAnswers(15);
    const tally = await load.finish();
    const share = (weight: number): number => (tally.by[`weight ${weight}`] ?? 0) / tally.answered;
    expect(tally.failures).toEqual([]);
    for (const weight of weights) expect(Math.abs(share(weight) - weight / 100)).toBeLessThan(0.05);
  },
);

await labTest(
  'a lower priority takes over while the higher is down, and gives back',
  { hosts: 3, needs: NEEDS },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const first = await startProgram(h1, 'service', '7000', 'first');
    await startProgram(h2, 'service', '7000', 'second');
    const server = await NameServer.start(h1, [...ADDRESSES, srv(1, 0, 7000, 'h1'), srv(2, 0, 7000, 'h2')]);
    const load = await startLoad(h3, server, 2);
    await load.lastAnswerBy('first');
    await first.stop('SIGKILL');
    const killedAt = Date.now();
    await load.lastAnswerBy('second');
    await startProgram(h1, 'service', '7000', 'first');
    await load.lastAnswerBy('first');
    await load.moreAnswers(3);
    await load.lastAnswerBy('first');
    const tally = await load.finish();
    expect(failedAfter(tally, killedAt)).toEqual([]);
  },
);

await labTest('all records replaced at once: no connection fails', { hosts: 4, needs: NEEDS }, async (lan) => {
  const [h1, h2, h3, h4] = [lan.host(1), lan.host(2), lan.host(3), lan.host(4)];
  await Promise.all([h1, h2, h3].map((host) => startProgram(host, 'service', '7000', host.name)));
  const server = await NameServer.start(h1, [...ADDRESSES, srv(0, 0, 7000, 'h1'), srv(0, 0, 7000, 'h2')]);
  const load = await startLoad(h4, server, 2);
  await server.replace([...ADDRESSES, srv(0, 0, 7000, 'h3')]);
  await untilAllBy(load, 'h3');
  const tally = await load.finish();
  expect(tally.failures).toEqual([]);
  expect(Object.keys(tally.by).sort()).toEqual(['h1', 'h2', 'h3']);
});

await labTest('an empty answer leaves what answers in use, as stale', { hosts: 3, needs: NEEDS }, async (lan) => {
  const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
  await startProgram(h2, 'service', '7000', 'h2');
  const server = await NameServer.start(h1, [...ADDRESSES, srv(0, 0, 7000, 'h2')]);
  const proxying = await startProxy(h3, server, 1);
  const load = await loadThrough(h3);
  await server.replace(ADDRESSES);
  await proxying.line(/was lost sight of \(DNS has no name/);
  await load.moreAnswers(5);
  await server.replace([...ADDRESSES, srv(0, 0, 7000, 'h2')]);
  await proxying.line(/heard of again/);
  await load.moreAnswers(2);
  expect((await load.finish()).failures).toEqual([]);
});

await labTest(
  'a name server that is killed, or fails, changes nothing; when it is back, so is what it says',
  { hosts: 4, needs: NEEDS },
  async (lan) => {
    const [h1, h2, h3, h4] = [lan.host(1), lan.host(2), lan.host(3), lan.host(4)];
    await Promise.all([h2, h3].map((host) => startProgram(host, 'service', '7000', host.name)));
    const server = await NameServer.start(h1, [...ADDRESSES, srv(0, 0, 7000, 'h2')]);
    const proxying = await startProxy(h4, server, 1);
    const load = await loadThrough(h4);
    await server.kill();
    await proxying.line(/source fails.*/);
    await load.moreAnswers(5);
    await server.restartBroken();
    await proxying.line(/SERVFAIL/);
    await load.moreAnswers(5);
    await server.kill();
    await server.writeZone([...ADDRESSES, srv(0, 0, 7000, 'h3')]);
    await server.restart();
    await untilAllBy(load, 'h3');
    const tally = await load.finish();
    expect(tally.failures).toEqual([]);
    expect(proxying.stdout).not.toMatch(/lost sight of \((?!left out)/);
  },
);

await labTest(
  'a service that moves by dynamic update of its SRV record loses no new connection',
  { hosts: 4, needs: [...NEEDS, 'nsupdate'] },
  async (lan) => {
    const [h1, h2, h3, h4] = [lan.host(1), lan.host(2), lan.host(3), lan.host(4)];
    const old = await startProgram(h2, 'service', '7000', 'old');
    await startProgram(h3, 'service', '7009', 'new');
    const server = await NameServer.start(h1, [...ADDRESSES, srv(0, 0, 7000, 'h2')], { isDynamic: true });
    const load = await startLoad(h4, server, 1);
    await server.update([`update delete ${NAME} SRV`, `update add ${NAME} 2 SRV 0 0 7009 h3.${ZONE}.`]);
    const movedAt = Date.now();
    await untilAllBy(load, 'new');
    await old.stop('SIGTERM');
    await load.moreAnswers(3);
    const tally = await load.finish();
    const tookMs = (tally.lastBy.old?.at ?? 0) - movedAt;
    process.stdout.write(
      `moved by SRV, TTL 2 s: ${tally.answered} connections, all at the new place after ${tookMs} ms\n`,
    );
    expect(tally.failures).toEqual([]);
    expect(tookMs).toBeLessThan(15_000);
  },
);

await labTest('connections to what left DNS are reset when asked so', { hosts: 3, needs: NEEDS }, async (lan) => {
  const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
  await startProgram(h2, 'service', '7000', 'h2');
  await startProgram(h2, 'service', '7001', 'other');
  const server = await NameServer.start(h1, [...ADDRESSES, srv(0, 0, 7000, 'h2')]);
  await startProxy(h3, server, 1, '--on-endpoint-lost', 'close');
  const client = spawnProgram(h3, 'hold', '127.0.0.1', '7000');
  await client.line(/^holding/);
  await server.replace([...ADDRESSES, srv(0, 0, 7001, 'h2')]);
  await client.line(/^ECONNRESET/);
});

function srv(priority: number, weight: number, port: number, target: string): string {
  return `_thing._tcp 2 SRV ${priority} ${weight} ${port} ${target}`;
}

async function resolve(host: Host, server: NameServer, ...flags: readonly string[]): Promise<readonly Endpoint[]> {
  const from = ['--from', `srv:${NAME}`, '--dns-server', server.address];
  const { stdout, stderr } = await runAmbassador(host, [
    'resolve',
    'thing',
    ...from,
    '--json',
    '--timeout',
    '20s',
    ...flags,
  ]);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

/** Waits until it has found `count` endpoints. */
async function startProxy(
  host: Host,
  server: NameServer,
  count: number,
  ...flags: readonly string[]
): Promise<HostProcess> {
  const from = ['--from', `srv:${NAME}`, '--dns-server', server.address];
  const proxying = await proxy(host, 'thing:7000', ...from, ...flags);
  await proxying.until((output) => output.match(/^found /gm)?.length === count);
  return proxying;
}

async function loadThrough(host: Host): Promise<Load> {
  const load = await Load.start(host);
  await load.moreAnswers(2);
  return load;
}

async function startLoad(host: Host, server: NameServer, count: number, ...flags: readonly string[]): Promise<Load> {
  await startProxy(host, server, count, ...flags);
  return await loadThrough(host);
}

async function untilAllBy(load: Load, name: string): Promise<void> {
  await load.lastAnswerBy(name);
  await load.moreAnswers(3);
}
