import { expect } from 'vitest';
import { announce, proxy, runAmbassador, runProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';
import { NameServer, ZONE } from '../../name-server.ts';
import { ETCD, ZOOKEEPER } from '../registries/registry-server.ts';

const FOLDER = '/services/thing';
/** 15,000 above the service's own. */
const INGRESS_PORT = 22_000;
/** Long enough to be seen to be no TLS. */
const QUESTION = 'who is there?';
const REFUSED = 'thing: refused 10.99.0.2: it does not speak TLS';
const MODE = /^mesh [0-9a-f]{16} as keeper: only its members can announce or reach services$/m;

await labTest(
  'a service of a mesh is at a port that can be written down: static, DNS and SRV lead members to it, and strangers to nothing',
  { hosts: 2, needs: ['named'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const key = await initMesh(h1, makeSharedFolder());
    await startProgram(h1, 'service', '7000', 'h1');
    const announcer = await announce(h1, 'thing:7000', '--mesh-key-file', key);
    expect(announcer.stdout).toMatch(MODE);
    expect(announcer.stdout).toContain(`from ${h1.ip}:${INGRESS_PORT}`);
    expect(announcer.stdout).toContain(`port ${INGRESS_PORT}\n`);
    const records = [`h1 A ${h1.ip}`, `_thing._tcp SRV 0 0 ${INGRESS_PORT} h1`];
    const server = await NameServer.start(h1, records);
    const dns = ['--dns-server', server.address];
    const sources: readonly (readonly string[])[] = [
      [`static:${h1.ip}:${INGRESS_PORT}`],
      [`dns:h1.${ZONE}:${INGRESS_PORT}`, ...dns],
      [`srv:_thing._tcp.${ZONE}`, ...dns],
    ];
    for (const [index, [from = '', ...rest]] of sources.entries()) {
      const flags = ['--from', from, ...rest];
      const member = await proxy(h2, `thing:${7000 + index}`, ...flags, '--mesh-key-file', key);
      expect(await ask(h2, 7000 + index), from).toBe('h1\n');
      expect(member.stdout).toMatch(MODE);
      const stranger = await proxy(h2, `thing:${7100 + index}`, ...flags);
      expect(await ask(h2, 7100 + index), from).toBe('');
      expect(stranger.stdout.match(/^open mode: .*$/gm)).toHaveLength(1);
      await announcer.until((output) => output.split(REFUSED).length > index + 1);
    }
  },
);

for (const registry of [ZOOKEEPER, ETCD]) {
  await labTest(
    `${registry.kind}: the registry holds the port of the ingress and no signature, and members reach the service by it`,
    { hosts: 2, needs: registry.needs },
    async (lan) => {
      const [h1, h2] = [lan.host(1), lan.host(2)];
      const key = await initMesh(h1, makeSharedFolder());
      await registry.start(h2);
      const place = registry.address(h2, FOLDER);
      await startProgram(h1, 'service', '7000', 'h1');
      const announcer = await announce(h1, 'thing:7000', '--to', place, '--mesh-key-file', key);
      expect(announcer.stdout).toMatch(MODE);
      const member = await proxy(h2, 'thing:7000', '--from', place, '--mesh-key-file', key);
      await member.until((output) => output.includes('found'));
      expect(member.stdout).toMatch(MODE);
      expect(await ask(h2, 7000)).toBe('h1\n');
      const { stdout } = await runAmbassador(h2, [
        'resolve',
        'thing',
        '--timeout',
        '20s',
        '--from',
        place,
        '--mesh-key-file',
        key,
      ]);
      expect(stdout).toBe(`${h1.ip}:${INGRESS_PORT}\n`);
      const stranger = await proxy(h2, 'thing:7001', '--from', place);
      await stranger.until((output) => output.includes('found'));
      expect(await ask(h2, 7001)).toBe('');
      await announcer.until((output) => output.includes(REFUSED));
    },
  );
}

async function ask(host: Parameters<typeof runProgram>[0], port: number): Promise<string> {
  return (await runProgram<{ readonly answer: string }>(host, 'ask', ['127.0.0.1', `${port}`, QUESTION])).answer;
}
