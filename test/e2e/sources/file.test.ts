import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { proxy, runAmbassador, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { Lateness } from '../../lateness.ts';
import { Load } from '../../load.ts';

/** Every host of the lab has a /run of its own. */
const FOLDER = '/run/endpoints';
const PATH = `${FOLDER}/thing.yaml`;

await labTest('a service that moves by a file that is replaced loses no new connection', { hosts: 3 }, async (lan) => {
  const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
  const old = await startProgram(h1, 'service', '7000', 'old');
  await startProgram(h2, 'service', '7009', 'new');
  await writeList(h3, '- 10.99.0.1:7000\n');
  const { load } = await startLoad(h3);
  await writeList(h3, '[{ "address": "10.99.0.2", "port": 7009 }]');
  const [movedAt, lateness] = [Date.now(), new Lateness()];
  await load.lastAnswerBy('new');
  await load.moreAnswers(3);
  const lateMs = lateness.end();
  await old.stop('SIGTERM');
  await load.moreAnswers(3);
  const tally = await load.finish();
  const tookMs = (tally.lastBy.old?.at ?? 0) - movedAt;
  process.stdout.write(`moved by file: ${tally.answered} connections, all at the new place after ${tookMs} ms\n`);
  expect(tally.failures).toEqual([]);
  // Where it is not told of a change it looks every five seconds.
  expect(tookMs).toBeLessThan(4_000 + lateMs);
});

await labTest('a broken file and a missing one change nothing and are told of once', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await startProgram(h1, 'service', '7000', 'h1');
  await startProgram(h1, 'service', '7001', 'other');
  await writeList(h2, '- 10.99.0.1:7000\n');
  const { load, proxying } = await startLoad(h2);
  await writeList(h2, '- 10.99.0.1:7001\n- 10.99.0.1\n');
  await proxying.line(/thing\.yaml:2: .*10\.99\.0\.1.* is not HOST:PORT/);
  await load.moreAnswers(3);
  await h2.read('rm', [PATH]);
  await proxying.line(/thing\.yaml is not there/);
  await load.moreAnswers(3);
  await writeList(h2, '- 10.99.0.1:7001\n');
  await load.lastAnswerBy('other');
  await load.moreAnswers(2);
  expect((await load.finish()).failures).toEqual([]);
  expect(proxying.stderr.match(/is not HOST:PORT/g)).toHaveLength(1);
});

await labTest('a folder that is replaced, as Kubernetes does, is noticed', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await startProgram(h1, 'service', '7000', 'h1');
  await startProgram(h1, 'service', '7001', 'other');
  const project = `cd ${FOLDER} && mkdir ..1 ..2 && echo '- 10.99.0.1:7000' >..1/thing.yaml && echo '- 10.99.0.1:7001' >..2/thing.yaml`;
  await h2.read('mkdir', ['-p', FOLDER]);
  await h2.read('sh', ['-c', `${project} && ln -s ..1 ..data && ln -s ..data/thing.yaml thing.yaml`]);
  const { load } = await startLoad(h2);
  await h2.read('sh', ['-c', `cd ${FOLDER} && ln -s ..2 ..new && mv -T ..new ..data`]);
  await load.lastAnswerBy('other');
  expect((await load.finish()).failures).toEqual([]);
});

await labTest('resolve --from file: prints the list, best first', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  await writeList(
    h1,
    '- { address: 10.0.0.1, port: 7000, priority: 2 }\n- { address: 10.0.0.2, port: 7001, instance: spare }\n',
  );
  const { stdout } = await runAmbassador(h1, ['resolve', 'thing', '--from', `file:${PATH}`, '--all', '--json']);
  expect(JSON.parse(stdout)).toMatchObject([
    { address: '10.0.0.2', port: 7001, instance: 'spare', priority: 0, source: `file:${PATH}` },
    { address: '10.0.0.1', port: 7000, priority: 2 },
  ]);
});

await labTest('a wrong --from or --dns-server is one sentence and its exit code', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  await writeList(h1, '- nowhere\n');
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['--from', 'file:/run/nothing.yaml'], 66, /\/run\/nothing\.yaml is not there/],
    [['--from', `file:${FOLDER}`], 66, /is a folder/],
    [['--from', `file:${PATH}`], 78, /thing\.yaml:1: .*nowhere/],
    [['--from', 'file:'], 64, /names no file/],
    [['--from', 'dns:db.example.com'], 64, /dns:NAME:PORT/],
    [['--from', 'dns:10.0.0.1:80'], 64, /static:HOST:PORT/],
    [['--from', 'dns:db.example.com:99999'], 64, /99999/],
    [['--from', 'srv:redis'], 64, /srv:_redis\._tcp\.example\.com/],
    [['--from', 'svr:_redis._tcp.example.com'], 64, /did you mean srv/],
    [['--from', 'srv:_a._tcp.test', '--dns-server', '10.0.0.1:port'], 64, /--dns-server/],
    [['--from', 'etcd:http://127.0.0.1'], 64, /names no folder/],
  ];
  for (const [flags, code, sentence] of cases) {
    const { code: ended, stderr } = await runAmbassador(h1, ['proxy', 'thing:7000', ...flags]);
    expect([flags, ended, stderr.trim().split('\n').length]).toEqual([flags, code, 1]);
    expect(stderr).toMatch(sentence);
  }
});

/** Written beside it and renamed over it, as careful programs do. */
async function writeList(host: Host, text: string): Promise<void> {
  await host.read('mkdir', ['-p', FOLDER]);
  await host.read('tee', [`${PATH}.new`], { input: text });
  await host.read('mv', [`${PATH}.new`, PATH]);
}

async function startLoad(host: Host): Promise<{ readonly load: Load; readonly proxying: HostProcess }> {
  const proxying = await proxy(host, 'thing:7000', '--from', `file:${PATH}`);
  const load = await Load.start(host);
  await load.moreAnswers(2);
  return { load, proxying };
}
