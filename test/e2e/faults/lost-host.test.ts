import { expect } from 'vitest';
import { proxy, runProgram, spawnProgram, startProgram } from '../../ambassador.ts';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { labTest } from '../../lab-test.ts';
import { failedAfter, Load, worstAfter } from '../../load.ts';

const NEW_CONNECTION_MS = 1_000;
const RETURN_MS = 10_000;
/** Keepalive: 15 s, then ten times 1 s; and what a busy machine adds. */
const IDLE_RESET_MS = 30_000;
const KEPT = 24;

await labTest(
  'a host that vanishes costs no new connection, its old ones are reset within 30 s, and it is used again when it returns',
  { hosts: BACKEND_COUNT + 1 },
  async (lan) => {
    const [h1, client] = [lan.host(1), lan.host(BACKEND_COUNT + 1)];
    await startBackends(lan);
    await startProxy(lan);
    const idle = spawnProgram(client, 'stay', '127.0.0.1', '7000', `${KEPT}`);
    const busy = spawnProgram(client, 'stay', '127.0.0.1', '7000', `${KEPT}`, '200');
    const onH1 = async (kept: typeof idle): Promise<number> =>
      JSON.parse((await kept.line(/^ready (.*)$/))[1] ?? '{}').h1 ?? 0;
    const [idleOnH1, busyOnH1] = await Promise.all([onH1(idle), onH1(busy)]);
    expect(Math.min(idleOnH1, busyOnH1)).toBeGreaterThan(0);
    const load = await Load.start(client);
    await load.moreAnswers(3);

    await lan.unplug(h1);
    const unpluggedAt = Date.now();
    const ends = (kept: typeof idle, count: number): Promise<void> =>
      kept.until((output) => (output.match(/^h1 ECONNRESET$/gm) ?? []).length === count, { timeout: IDLE_RESET_MS });
    await Promise.all([ends(idle, idleOnH1), ends(busy, busyOnH1)]);
    for (const { output } of [idle, busy]) expect(output).not.toMatch(/^h[23] E/m);

    await lan.plug(h1);
    await load.heard('h1', RETURN_MS);
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
    await proxy(client, 'thing:7000', '--from', `static:${places}`, '--connect-timeout', '3s');
    const ask = (): Promise<Answer> => runProgram<Answer>(client, 'ask', ['127.0.0.1', '7000', 'who']);
    expect((await ask()).answer).toMatch(/^h\d\n$/);
    await Promise.all(services.map((service) => service.stop('SIGKILL')));

    const [refused] = await Promise.all(Array.from({ length: 20 }, ask));
    expect(refused).toMatchObject({ answer: '', end: 'ECONNRESET' });
    expect(refused?.endedAfterMs).toBeGreaterThan(2_000);
    expect(refused?.endedAfterMs).toBeLessThan(3_500);

    const waiting = ask();
    await startProgram(lan.host(2), 'service', '7000', 'h2');
    const next = await ask();
    expect(next).toMatchObject({ answer: 'h2\n', end: 'end' });
    expect(next.answeredAfterMs).toBeLessThan(NEW_CONNECTION_MS);
    expect(await waiting).toMatchObject({ answer: 'h2\n', end: 'end' });
  },
);

interface Answer {
  readonly answer: string;
  readonly end: string;
  readonly answeredAfterMs: number;
  readonly endedAfterMs: number;
}
