import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy, runAmbassador, runProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';
import { cutToken, initMesh, makeSharedFolder, mesh } from '../../mesh.ts';

const TWO_DAYS_MS = `${2 * 24 * 3_600_000}`;

interface Attempt {
  readonly received: string;
  readonly how: string;
}

interface Visit {
  readonly connections: number;
  readonly bytes: number;
  readonly text: string;
}

await labTest(
  'whoever is no member that may reach the service gets not one byte of it, and the announcer says why',
  { hosts: 3 },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const folder = makeSharedFolder();
    const old = await initMesh(h1, folder);
    const rotatedOut = `${old}.before`;
    await h1.read('cp', ['-p', old, rotatedOut]);
    await mesh(h1, 'rotate', old);
    await mesh(h1, 'rotate', '--drop-old', old);
    const key = old;
    const foreign = await initMesh(h1, folder, 'foreign.key');
    const announcer = await startAnnouncer(h1, key);
    const port = await readPort(announcer);
    const proxying = await proxy(h2, 'thing:7000', '--mesh-key-file', key);
    await proxying.line(/found "thing on h1"/);
    const load = await Load.start(h2, { concurrency: 1, pauseMs: 10 });

    const intrude = (kind: string, ...rest: readonly string[]): Promise<Attempt> =>
      runProgram<Attempt>(h3, 'intruder', [kind, h1.ip, port, ...rest]);
    expect(await intrude('papers', key, 'proxy', 'thing')).toEqual({ received: '+\nh1\n', how: 'answer' });

    const refused: readonly (readonly [readonly [string, ...string[]], RegExp])[] = [
      [['plain'], /it does not speak TLS|it left/],
      [['bare'], /it showed no certificate/],
      [['old-tls'], /it speaks no TLS 1\.3/],
      [['papers', foreign, 'proxy', 'thing'], /its certificate is not of this mesh/],
      [['papers', rotatedOut, 'proxy', 'thing'], /its certificate is not of this mesh/],
      [
        ['papers', await cutToken(h1, key, 'announce', 'thing'), 'announce', 'thing'],
        /not of this mesh, role and service/,
      ],
      [['papers', await cutToken(h1, key, 'proxy', 'redis'), 'proxy', 'redis'], /not of this mesh, role and service/],
      [['papers', key, 'proxy', 'thing', TWO_DAYS_MS], /its certificate has expired/],
      [['papers', key, 'proxy', 'thing/redis'], /it asked for redis/],
    ];
    for (const [[kind, ...rest], reason] of refused) {
      const { received } = await intrude(kind, ...rest);
      expect(received, `${kind} ${rest.join(' ')}`).toMatch(/^(?:-denied\n)?$/);
      await announcer.line(new RegExp(`thing: refused ${h3.ip}.*(?:${reason.source})`));
    }
    await load.moreAnswers(1);
    expect((await load.finish()).failures).toEqual([]);
  },
);

await labTest(
  'an endpoint that is no member that may serve gets no byte of a client, is dialled once and told of once',
  { hosts: 3 },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const folder = makeSharedFolder();
    const key = await initMesh(h1, folder);
    const foreign = await initMesh(h1, folder, 'foreign.key');
    const rotatedOut = `${key}.before`;
    await h1.read('cp', ['-p', key, rotatedOut]);
    await mesh(h1, 'rotate', key);
    await mesh(h1, 'rotate', '--drop-old', key);
    await startAnnouncer(h1, key);
    const notOurs = 'its certificate is not of this mesh, role and service, or its key was rotated out';
    const impostors: readonly (readonly [papers: readonly string[], reason: string])[] = [
      [[await cutToken(h1, key, 'proxy', 'thing'), 'proxy', 'thing'], notOurs],
      [[await cutToken(h1, key, 'announce', 'redis'), 'announce', 'redis'], notOurs],
      [[foreign, 'announce', 'thing'], notOurs],
      [[rotatedOut, 'announce', 'thing'], notOurs],
      [[key, 'announce', 'thing', TWO_DAYS_MS], 'its certificate has expired (are the clocks of both right?)'],
      [[], 'it does not speak TLS'],
    ];
    const traps = await Promise.all(
      impostors.map(([papers], index) => startProgram(h3, 'impostor', `${7001 + index}`, ...papers)),
    );
    const places = impostors.map((_, index) => `${h3.ip}:${7001 + index}`);
    const proxying = await proxy(
      h2,
      'thing:7000',
      '--mesh-key-file',
      key,
      '--from',
      'mdns',
      '--from',
      `static:${places.join(',')}`,
    );
    await proxying.until((output) => output.includes('found "thing on h1"'));
    const load = await Load.start(h2, { concurrency: 4, pauseMs: 20 });
    await load.moreAnswers(2);
    const told = (place: string): readonly string[] =>
      proxying.stdout.split('\n').filter((line) => line.includes(`not dialled for 1m: ${place}: `));
    await proxying.until(() => places.every((place) => told(place).length > 0));
    await load.moreAnswers(1);
    const tally = await load.finish();

    expect(tally.failures).toEqual([]);
    expect(Object.keys(tally.by)).toEqual(['h1']);
    for (const [index, [papers, reason]] of impostors.entries()) {
      const trap = traps[index];
      trap?.stdin.end();
      const [json = ''] = (await trap?.line(/^\{.*\}$/)) ?? [];
      const { bytes, connections, text }: Visit = JSON.parse(json);
      // What does not speak TLS sees its first flight.
      if (papers.length > 0) expect(bytes).toBe(0);
      expect(text).not.toContain('who');
      expect(connections).toBeGreaterThan(0);
      // Those that were under way at the same time.
      expect(connections).toBeLessThanOrEqual(8);
      const place = places[index] ?? '';
      expect(told(place)).toEqual([`thing: not dialled for 1m: ${place}: ${reason}`]);
    }
  },
);

await labTest('a token does what it is for, and is refused for everything else', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  const key = await initMesh(h1, makeSharedFolder());
  const announceToken = await cutToken(h1, key, 'announce', 'thing');
  const proxyToken = await cutToken(h1, key, 'proxy', 'thing');
  await startAnnouncer(h1, announceToken);
  const proxying = await proxy(h2, 'thing:7000', '--mesh-key-file', proxyToken);
  await proxying.line(/found "thing on h1"/);
  const { answer } = await runProgram<{ answer: string }>(h2, 'ask', ['127.0.0.1', '7000', 'who']);
  expect(answer).toBe('h1\n');

  const refusals = [
    [
      ['announce', 'thing:7000', '--mesh-key-file', proxyToken],
      /can proxy thing and nothing else, so it can't announce/,
    ],
    [
      ['proxy', 'thing:7001', '--mesh-key-file', announceToken],
      /can announce thing and nothing else, so it can't proxy/,
    ],
    [['proxy', 'redis', '--mesh-key-file', proxyToken], /so it can't proxy redis/],
    [['mesh', 'token', '--announce', 'thing', proxyToken], /so it can't announce thing/],
    [['mesh', 'rotate', proxyToken], /holds a token/],
  ] as const;
  for (const [args, reason] of refusals) {
    const { code, stderr } = await runAmbassador(h2, args);
    expect(stderr).toMatch(reason);
    expect(code).toBe(77);
  }
});

async function startAnnouncer(host: Host, key: string): Promise<HostProcess> {
  await startProgram(host, 'service', '7000', host.name);
  return await announce(host, 'thing:7000', '--mesh-key-file', key);
}

async function readPort(announcer: HostProcess): Promise<string> {
  return /announced thing as .* port (\d+)/.exec(announcer.stdout)?.[1] ?? '';
}
