import { join } from 'node:path';
import { admitMachine, createKeyFile, createMachineKey, parseMembership, readKeyFile } from '@mdns-ambassador/mesh';
import { expect } from 'vitest';
import { announce, proxy, runAmbassador, spawnProgram, startProgram } from '../../ambassador.ts';
import { who } from '../../clients.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';
import { initMesh, makeSharedFolder, mesh } from '../../mesh.ts';

/** The key file of a machine that a keeper has let in. */
async function admit(keeperFile: string, folder: string, name: string): Promise<string> {
  const key = createMachineKey();
  const ring = readKeyFile(keeperFile, process.platform);
  const text = await admitMachine(ring, key, { name, may: { kind: 'all' }, now: Date.now() });
  const path = join(folder, `${name}.key`);
  createKeyFile(path, { kind: 'member', key, membership: parseMembership(text) }, process.platform);
  return path;
}

await labTest(
  'a machine that is removed under load is refused and cut by all, by one that was away as soon as it is back, and others lose nothing',
  { hosts: 5 },
  async (lan) => {
    const folder = makeSharedFolder();
    const [keeper, desk, laptop] = [lan.host(1), lan.host(2), lan.host(3)];
    const [client, attic] = [lan.host(4), lan.host(5)];
    const keeperKey = await initMesh(keeper, folder);
    const keys = new Map<string, string>();
    for (const [host, name] of [
      [desk, 'desk'],
      [laptop, 'laptop'],
      [client, 'client'],
      [attic, 'attic'],
    ] as const) {
      keys.set(host.name, await admit(keeperKey, folder, name));
    }
    const withKey = (host: { readonly name: string }): readonly string[] => [
      '--mesh-key-file',
      keys.get(host.name) ?? keeperKey,
    ];
    await Promise.all([keeper, desk].map((host) => startProgram(host, 'service', '7000', host.name)));
    await startProgram(attic, 'service', '7001', attic.name);
    await Promise.all([keeper, desk].map((host) => announce(host, 'thing:7000', ...withKey(host))));
    const away = await announce(attic, 'other:7001', ...withKey(attic));
    const proxies = await Promise.all([
      proxy(client, 'thing:7000', ...withKey(client)),
      proxy(laptop, 'thing:7000', 'other:7001', ...withKey(laptop)),
    ]);
    for (const one of proxies) {
      await one.until((output) => [keeper, desk].every(({ name }) => output.includes(`found "thing on ${name}"`)));
    }
    await proxies[1]?.until((output) => output.includes(`found "other on ${attic.name}"`));
    expect(await who(laptop, 7001)).toBe(`${attic.name}\n`);
    const kept = spawnProgram(client, 'stay', '127.0.0.1', '7000', '8', '100');
    const cut = spawnProgram(laptop, 'stay', '127.0.0.1', '7000', '8', '100');
    await Promise.all([kept.line(/^ready/), cut.line(/^ready/)]);
    await lan.unplug(attic);
    const load = await Load.start(client, { concurrency: 4, pauseMs: 10 });
    await load.moreAnswers(1);

    const said = await mesh(keeper, 'remove', 'laptop', '--mesh-key-file', keeperKey);
    expect(said).toMatch(/^laptop is removed from the mesh: told \d of \d machines?\n/);
    for (let ended = 0; ended < 8; ended++) await cut.line(/^h[12] (?:end|E)/);
    await proxies[0]?.line(/laptop was removed from the mesh: it is refused/);
    expect(await who(laptop, 7000)).toBe('');
    await proxies[1]?.line(/^this machine \(laptop\) was removed from the mesh, and no other serves it/);
    const status = await runAmbassador(laptop, ['status']);
    expect([status.code, status.stdout]).toEqual([69, expect.stringMatching(/^this machine \(laptop\) was removed/m)]);
    const seen = await runAmbassador(laptop, ['mesh', 'members', ...withKey(laptop)]);
    expect(seen.stdout).toMatch(/^this machine, laptop \(key [0-9a-f]{8}\), was removed/m);

    await lan.plug(attic);
    await away.line(/laptop was removed from the mesh: it is refused/);
    expect(await who(laptop, 7001)).toBe('');

    const members = await mesh(keeper, 'members', '--mesh-key-file', keeperKey);
    expect(members).toMatch(/^desk +member +use the whole mesh +now /m);
    expect(members).toMatch(/^laptop \(key [0-9a-f]{8}\) was removed/m);
    const again = await runAmbassador(laptop, ['mesh', 'remove', 'desk', ...withKey(laptop)]);
    expect([again.code, again.stderr]).toEqual([77, expect.stringContaining('only a keeper removes machines')]);

    await load.moreAnswers(1);
    expect((await load.finish()).failures).toEqual([]);
    kept.stdin.end();
    await kept.line(/^done/);
    expect(kept.stdout).not.toMatch(/^h\d (?:end|E)/m);

    expect(await mesh(keeper, 'remove', '--undo', 'laptop', '--mesh-key-file', keeperKey)).toMatch(
      /^laptop is in the mesh again/,
    );
    await away.line(/laptop is in the mesh again/);
  },
);
