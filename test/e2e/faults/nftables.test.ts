import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { announce, proxy, runProgram, spawnAmbassador, spawnProgram, startProgram } from '../../ambassador.ts';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { countCarried, untilCarried } from '../../kernel-counters.ts';
import { labTest } from '../../lab-test.ts';
import { failedAfter, Load } from '../../load.ts';
import { ADMIN_ADDRESS, askAdmin } from '../admin/admin-client.ts';

/** The faults that engine node survives, under engine nftables. */
const ENGINE = ['--engine', 'nftables'];
const LOAD = { concurrency: 8, pauseMs: 1 };
/** A second, until the client's kernel tries again, and what a busy machine adds. */
const CAUGHT_MS = 10_000;
const CONNECTIONS = 1_000;
const TRANSFERS = 50;
/** 100 ms each. */
const ROUNDS = 20;
const SLOW_READERS = 50;
const BYTES = 100_000_000;
const KEPT = 24;
/** Longer than the kernel asks for a neighbour; twice, than is waited before that. */
const UNPLUGGED_MS = 12_000;
/** So long after a link is back, silence counts again. */
const JUDGED_MS = 9_000;
/** 25 s, and what a busy machine adds. */
const IDLE_RESET_MS = 60_000;

await labTest(
  'engine nftables: kill -9 of a backend and a pulled cable fail no new connection, SIGTERM of an announcer none at all',
  { hosts: BACKEND_COUNT + 1, needs: ['nft', 'curl'] },
  async (lan) => {
    const backends = await startBackends(lan);
    const client = lan.host(BACKEND_COUNT + 1);
    await startProxy(lan, '--admin', ADMIN_ADDRESS, ...ENGINE);
    const load = await Load.start(client, LOAD);
    await load.moreAnswers(3);
    await backends[0]?.announcer.stop('SIGTERM');
    await load.moreAnswers(3);
    const killing = Date.now();
    await backends[1]?.service.stop('SIGKILL');
    const killedAt = Date.now();
    await load.moreAnswers(5);
    await startProgram(lan.host(2), 'service', '7000', 'h2');
    await load.lastAnswerBy('h2');
    const pulling = Date.now();
    await lan.unplug(lan.host(3));
    const pulledAt = Date.now();
    await load.moreAnswers(5, { timeout: 60_000 });
    const tally = await load.finish();
    const cut = ({ begunAt, tookMs }: { readonly begunAt: number; readonly tookMs: number }): boolean =>
      (begunAt <= killedAt && begunAt + tookMs >= killing) || (begunAt <= pulledAt && begunAt + tookMs >= pulling);
    expect(tally.failures.filter((failure) => !cut(failure))).toEqual([]);
    expect(failedAfter(tally, pulledAt)).toEqual([]);
    const slow = tally.slow.filter((one) => one.begunAt > killing && !cut(one));
    expect(Math.max(0, ...slow.map(({ tookMs }) => tookMs))).toBeLessThan(CAUGHT_MS);

    const [service] = JSON.parse((await askAdmin(client, '/v1/status')).body).services;
    expect(service.engine).toBe('nftables');
    expect(await countCarried(client)).toBeGreaterThan(tally.answered / 2);
    expect(service.bytesDown).toBeGreaterThan(0);
    const metrics = (await askAdmin(client, '/metrics')).body;
    expect(metrics).toMatch(/ambassador_\w*bytes\w*\{[^}]*\} [1-9]/);

    // Who would take the proxy for the service is let through to it, and hears whose it is.
    const claiming = spawnAmbassador(client, ['announce', 'thing:7000', '--relay']);
    await claiming.line(/a proxy of thing listens on 127\.0\.0\.1:7000/);
    expect((await claiming.stop('SIGTERM')).code).toBe(0);
  },
);

await labTest(
  'engine nftables: weights and priorities are kept, bytes are whole, and SIGTERM lets transfers complete',
  { hosts: BACKEND_COUNT + 1, needs: ['nft'] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const client = lan.host(BACKEND_COUNT + 1);
    for (const host of [h1, h2, h3]) await startProgram(host, 'service', '7000', host.name);
    const path = '/run/thing.yaml';
    const write = async (places: readonly string[]): Promise<void> => {
      await client.read('sh', ['-c', `cat > ${path}.new && mv ${path}.new ${path}`], { input: places.join('\n') });
    };
    const places = [
      `- { address: ${h1.ip}, port: 7000, weight: 10 }`,
      `- { address: ${h2.ip}, port: 7000, weight: 30 }`,
      `- { address: ${h3.ip}, port: 7000, priority: 1 }`,
    ];
    await write(places);
    const proxying = await proxy(client, 'thing:7000', '--from', `file:${path}`, '--balance', 'random', ...ENGINE);
    await proxying.until((output) => [h1, h2, h3].every(({ ip }) => output.includes(`${ip}:7000`)));
    await client.until('nft list ruleset | grep -q "mod 10000 map.*0-2499"');
    const weighed = await Load.start(client, LOAD);
    await weighed.moreAnswers(10);
    const { by: byWeight } = await weighed.finish();
    const share = (byWeight.h2 ?? 0) / ((byWeight.h1 ?? 0) + (byWeight.h2 ?? 0));
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
    expect(byWeight.h3).toBeUndefined();

    const load = await Load.start(client, LOAD);
    await load.moreAnswers(1);
    const kept = spawnProgram(client, 'stay', '127.0.0.1', '7000', '8', '50');
    await kept.line(/^ready/);
    // Who has left keeps what it carries, and gets nobody.
    await write(places.slice(2));
    await load.lastAnswerBy('h3');
    await write(places);
    await load.lastAnswerBy('h2');
    expect((await load.finish()).failures).toEqual([]);
    expect(kept.stdout).not.toMatch(/^h\d /m);
    await kept.stop('SIGKILL');

    const before = await countCarried(client);
    const mixed = await runProgram<{ readonly outcomes: unknown }>(
      client,
      'mix',
      ['127.0.0.1', '7000', `${CONNECTIONS}`, '32'],
      { timeout: 120_000 },
    );
    expect(mixed.outcomes).toEqual({ whole: CONNECTIONS });
    const afterMix = await countCarried(client);
    expect(afterMix - before).toBeGreaterThan(CONNECTIONS / 2);
    const slow = await startProgram(client, 'slow-readers', '127.0.0.1', '7000', `${SLOW_READERS}`);
    for (const direction of ['up', 'down']) {
      const { sent, arrived } = await runProgram<{ readonly sent: string; readonly arrived: string }>(
        client,
        'transfer',
        ['127.0.0.1', '7000', direction, `${BYTES}`],
        { timeout: 120_000 },
      );
      expect(arrived).toBe(sent);
    }
    expect(slow.stdout).not.toMatch(/lost/);
    slow.stdin.end();
    await slow.exited;
    const afterSlow = await countCarried(client);
    expect(afterSlow - afterMix).toBeGreaterThan(SLOW_READERS / 2);

    const transfers = spawnProgram(client, 'transfers', '127.0.0.1', '7000', `${TRANSFERS}`, `${ROUNDS}`);
    await transfers.line(/^ready/);
    expect((await countCarried(client)) - afterSlow).toBeGreaterThan(TRANSFERS / 2);
    const stopped = proxying.stop('SIGTERM');
    expect(JSON.parse((await transfers.line(/^\{.*\}$/))[0])).toEqual({ whole: TRANSFERS });
    expect(await stopped).toEqual({ code: 0, signal: undefined });
    await client.until('! nft list tables | grep -q ambassador');
  },
);

await labTest(
  'engine nftables: who says nothing is reset when the host has vanished, and not when it was the own cable',
  { hosts: 3, needs: ['nft'] },
  async (lan) => {
    const [h1, h2, client] = [lan.host(1), lan.host(2), lan.host(3)];
    for (const host of [h1, h2]) await startProgram(host, 'service', '7000', host.name);
    const places = `static:${h1.ip}:7000,${h2.ip}:7000`;
    const proxying = await proxy(client, 'thing:7000', '--from', places, '--balance', 'round-robin', ...ENGINE);
    await untilCarried(client);
    await client.until('[ "$(nft list ruleset | grep -c "dnat to")" = 2 ]');
    const kept = spawnProgram(client, 'stay', '127.0.0.1', '7000', `${KEPT}`);
    expect(JSON.parse((await kept.line(/^ready (.*)$/))[1] ?? '')).toEqual({ h1: KEPT / 2, h2: KEPT / 2, refused: 0 });

    await sleep(UNPLUGGED_MS);
    await lan.unplug(client);
    await sleep(UNPLUGGED_MS);
    await lan.plug(client);
    await sleep(JUDGED_MS);
    expect(kept.stdout).not.toMatch(/^h\d /m);

    await lan.unplug(h1);
    await kept.until((output) => (output.match(/^h1 ECONNABORTED$/gm) ?? []).length === KEPT / 2, {
      timeout: IDLE_RESET_MS,
    });
    await proxying.line(new RegExp(`${KEPT / 2} connections reset, because nobody acknowledges`));
    expect(kept.stdout).not.toMatch(/^h2 /m);
    await lan.plug(h1);
    const load = await Load.start(client, LOAD);
    await load.lastAnswerBy('h1');
    expect((await load.finish()).failures).toEqual([]);
  },
);

await labTest(
  'engine nftables: who connects from the port of a connection that was reset is not sent to who has reset it, and died since',
  { hosts: 3, needs: ['nft'] },
  async (lan) => {
    const [h1, h2, client] = [lan.host(1), lan.host(2), lan.host(3)];
    const [service] = await Promise.all([h1, h2].map((host) => startProgram(host, 'service', '7000', host.name)));
    const places = `static:${h1.ip}:7000,${h2.ip}:7000`;
    await proxy(client, 'thing:7000', '--from', places, '--balance', 'first', ...ENGINE);
    await client.until(`nft list ruleset | grep -q "dnat to ${h1.ip}"`);
    const asking = spawnProgram(client, 'same-port', '7000', '45001', '5', 'break');
    await asking.line(/^over$/);
    await service?.stop('SIGKILL');
    asking.stdin.write('\n');
    expect(JSON.parse((await asking.line(/^\[.*\]$/))[0])).toEqual(Array(5).fill('h2'));
  },
);

await labTest(
  'engine nftables: who connects from the port of a connection that he closed and a lost endpoint never did is not refused for it',
  { hosts: 3, needs: ['nft'] },
  async (lan) => {
    const [h1, h2, client] = [lan.host(1), lan.host(2), lan.host(3)];
    const [service] = await Promise.all([h1, h2].map((host) => startProgram(host, 'service', '7000', host.name)));
    const [announcer] = await Promise.all([announce(h1, 'thing:7000'), announce(h2, 'thing:7000', '--priority', '1')]);
    const proxying = await proxy(client, 'thing:7000', '--on-endpoint-lost', 'close', ...ENGINE);
    await client.until(`nft list ruleset | grep -q "dnat to ${h1.ip}"`);
    service?.kill('SIGSTOP');
    const asking = spawnProgram(client, 'same-port', '7000', '45001', '5', 'leave');
    await asking.line(/^over$/);
    await announcer.stop('SIGTERM');
    await proxying.line(/^lost "thing on h1"/);
    await client.until(`nft list ruleset | grep -q "reject with tcp reset"`);
    asking.stdin.write('\n');
    expect(JSON.parse((await asking.line(/^\[.*\]$/))[0])).toEqual(Array(5).fill('h2'));
  },
);
