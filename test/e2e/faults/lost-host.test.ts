import type { HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy, proxyV1, runProgram, spawnProgram, startProgram } from '../../ambassador.ts';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { untilCarried } from '../../kernel-counters.ts';
import { labTest } from '../../lab-test.ts';
import { failedAfter, Load, worstAfter } from '../../load.ts';
import { initMesh, knowsBackends, makeSharedFolder } from '../../mesh.ts';

/** Who waits for the vanished one waits for ten seconds. The strict figure is test/bench's. */
const NEW_CONNECTION_MS = 4_000;
/** Keepalive: 15 s, then ten times 1 s; and what a busy machine adds. Without it: two hours. */
const IDLE_RESET_MS = 60_000;
const KEPT = 24;
/** Through a mesh, all of them to the one that vanishes. */
const KEPT_SECURE = 4;

/** Whose socket the kernel aborts hears another word for it. */
const RESET = /^h1 (?:ECONNRESET|ECONNABORTED)$/gm;

await labTest(
  'a host that vanishes costs no new connection, its old ones are reset, and it is used again when it returns',
  { hosts: BACKEND_COUNT + 1, needs: ['nft'] },
  async (lan) => {
    const [h1, client] = [lan.host(1), lan.host(BACKEND_COUNT + 1)];
    await startBackends(lan);
    await startProxy(lan);
    const key = ['--mesh-key-file', await initMesh(h1, makeSharedFolder())];
    await startProgram(h1, 'service', '7001', 'h1');
    await announce(h1, 'safe:7001', ...key);
    await (await proxy(client, 'safe:7001', ...key)).line(/found "safe on h1"/);
    await (await proxyV1(client, 'safe:7002', ...key)).line(/found "safe on h1"/);
    const secure = ['7001', '7002'].map((port) =>
      spawnProgram(client, 'stay', '127.0.0.1', port, `${KEPT_SECURE}`, '200'),
    );
    await knowsBackends(await proxy(client, 'thing:7003', '--workers', '2'), lan);
    await knowsBackends(await proxy(client, 'thing:7004', '--engine', 'nftables'), lan);
    await untilCarried(client, 7004);
    const ports = ['7000', '7003', '7004'];
    const idle = ports.map((port) => spawnProgram(client, 'stay', '127.0.0.1', port, `${KEPT}`));
    const busy = ports.map((port) => spawnProgram(client, 'stay', '127.0.0.1', port, `${KEPT}`, '200'));
    const countOnH1 = async (kept: HostProcess): Promise<number> =>
      JSON.parse((await kept.line(/^ready (.*)$/))[1] ?? '{}').h1 ?? 0;
    const open = [...idle, ...busy];
    const onH1 = await Promise.all(open.map(countOnH1));
    expect(Math.min(...onH1)).toBeGreaterThan(0);
    expect(await Promise.all(secure.map(countOnH1))).toEqual(secure.map(() => KEPT_SECURE));
    const load = await Load.start(client);
    await load.moreAnswers(3);

    await lan.unplug(h1);
    const unpluggedAt = Date.now();
    const ends = (kept: HostProcess, count = KEPT_SECURE): Promise<void> =>
      kept.until((output) => (output.match(RESET) ?? []).length === count, { timeout: IDLE_RESET_MS });
    await Promise.all([...open.map((one, index) => ends(one, onH1[index])), ...secure.map((one) => ends(one))]);
    for (const { output } of open) expect(output).not.toMatch(/^h[23] E/m);

    const pluggedAt = Date.now();
    await lan.plug(h1);
    await load.heard('h1', pluggedAt);
    const tally = await load.finish();
    expect(failedAfter(tally, unpluggedAt)).toEqual([]);
    expect(worstAfter(tally, unpluggedAt)).toBeLessThan(NEW_CONNECTION_MS);
  },
);

await labTest(
  'with every backend down a client is closed within the connect timeout; the first that is back serves the next',
  { hosts: BACKEND_COUNT + 1 },
  async (lan) => {
    const client = lan.host(BACKEND_COUNT + 1);
    const backends = lan.hosts.slice(0, BACKEND_COUNT);
    const services = await Promise.all(backends.map((host) => startProgram(host, 'service', '7000', host.name)));
    const places = backends.map(({ ip }) => `${ip}:7000`).join(',');
    const from = ['--from', `static:${places}`];
    await proxy(client, 'thing:7000', ...from, '--connect-timeout', '3s');
    await proxy(client, 'thing:7100', ...from, '--connect-timeout', '1m');
    const ask = (port = 7000): Promise<Answer> => runProgram<Answer>(client, 'ask', ['127.0.0.1', `${port}`, 'who']);
    expect((await ask()).answer).toMatch(/^h\d\n$/);
    await Promise.all(services.map((service) => service.stop('SIGKILL')));

    const [refused] = await Promise.all(Array.from({ length: 20 }, () => ask()));
    expect(refused).toMatchObject({ answer: '', end: 'ECONNRESET' });
    expect(refused?.endedAfterMs).toBeGreaterThan(2_000);
    // Without the flag it would be ten seconds.
    expect(refused?.endedAfterMs).toBeLessThan(9_000);

    const waiting = ask(7100);
    await startProgram(lan.host(2), 'service', '7000', 'h2');
    const next = await ask();
    expect(next).toMatchObject({ answer: 'h2\n', end: 'end' });
    expect(await waiting).toMatchObject({ answer: 'h2\n', end: 'end' });
  },
);

interface Answer {
  readonly answer: string;
  readonly end: string;
  readonly endedAfterMs: number;
}
