import type { Host, HostProcess, Lab } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, runAmbassador, spawnAmbassador } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';

/** On each host: its home is its own. */
const PEERS_FILE = '/run/.local/state/ambassador/peers.json';

/** No host hears another by multicast. */
async function blockMulticast(lan: Lab): Promise<void> {
  for (const host of lan.hosts) await lan.blockMulticast(host);
}

function watch(host: Host, ...args: readonly string[]): HostProcess {
  return spawnAmbassador(host, ['list', 'thing', '--watch', ...args]);
}

function announceThing(host: Host, ...args: readonly string[]): Promise<HostProcess> {
  return announce(host, 'thing:7000', '--check', 'none', ...args);
}

/** Each of them, in whatever order they come. */
async function sees(watching: HostProcess, names: readonly string[]): Promise<void> {
  for (const name of names) await expect.poll(() => watching.output).toContain(`[+] thing "thing on ${name}"`);
}

await labTest(
  'no multicast: a chain of peers sees itself whole, a killed one goes, a goodbye is heard at once, and memory brings it back',
  { hosts: 4, needs: ['nft'] },
  async (lan) => {
    await blockMulticast(lan);
    const [h1, h2, h3, h4] = [lan.host(1), lan.host(2), lan.host(3), lan.host(4)];
    const first = await announceThing(h1, '--peer', h2.ip);
    const second = await announceThing(h2, '--peer', h1.ip);
    const third = await announceThing(h3, '--peer', h2.ip);
    // It names the last of the chain, and hears of the others from it.
    const seen = watch(h4, '--peer', h3.ip);
    await sees(seen, ['h1', 'h2', 'h3']);
    await second.stop('SIGTERM');
    await seen.line(/\[-\] thing "thing on h2" said goodbye/);
    await third.stop('SIGKILL');
    await seen.line(/\[-\] thing "thing on h3" not heard of again/);
    await first.stop('SIGTERM');
    expect(await h1.read('stat', ['-c', '%a', PEERS_FILE])).toBe('600\n');
    // Nobody names anybody any more.
    await announceThing(h1);
    await announceThing(h2);
    const look = watch(h4);
    await sees(look, ['h1', 'h2']);
  },
);

await labTest(
  'in a mesh with no multicast a proxy reaches what a peer tells of, and who has no key gets nothing at the port of peers',
  { hosts: 4, needs: ['nft'] },
  async (lan) => {
    await blockMulticast(lan);
    const [h1, h2, h3, h4] = [lan.host(1), lan.host(2), lan.host(3), lan.host(4)];
    const key = await initMesh(h1, makeSharedFolder());
    const mesh = ['--mesh-key-file', key] as const;
    await announce(h1, 'web:8000', '--check', 'none', ...mesh, '--peer', h2.ip);
    const relay = spawnAmbassador(h2, ['announce', 'other:9000', '--check', 'none', ...mesh]);
    await relay.line(/peer 10\.99\.0\.1 linked/, { stream: 'stdout' });
    const resolve = ['resolve', 'web', '--json', '--timeout', '20s', '--peer', h2.ip, ...mesh];
    const { stdout } = await runAmbassador(h3, resolve);
    expect(JSON.parse(stdout)).toMatchObject([{ source: 'peer', secure: true, address: h1.ip, instance: 'web on h1' }]);
    const stranger = await runAmbassador(h4, ['list', '--peer', h2.ip]);
    expect(stranger.code).toBe(69);
    await relay.line(/peer 10\.99\.0\.4 not let in/, { stream: 'stdout' });
  },
);
