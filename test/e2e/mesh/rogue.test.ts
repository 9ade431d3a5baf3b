import { expect } from 'vitest';
import { announce, proxy, spawnProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';
import { startPair } from './pair.ts';

const SECONDS = '6';

await labTest(
  'fake instances, forged goodbyes and records written over the genuine ones reach nobody',
  { hosts: 3 },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const { key, proxying } = await startPair(h1, h2);
    // All that the rogue announces points at its own port 1.
    const trap = await startProgram(h3, 'impostor', '1');
    const load = await Load.start(h2, { concurrency: 2, pauseMs: 20 });
    await load.moreAnswers(1);
    const floods = [
      spawnProgram(h3, 'flood', 'names', h3.ip, '20', SECONDS),
      spawnProgram(h3, 'flood', 'goodbyes', h3.ip, '20', SECONDS, 'thing on h1'),
      spawnProgram(h3, 'flood', 'flushes', h3.ip, '20', SECONDS, 'thing on h1'),
    ];
    for (const flood of floods) await flood.line(/^sent \d+$/);
    const tally = await load.finish();
    trap.stdin.end();
    const [visits] = await trap.line(/^\{.*\}$/);

    expect(tally.failures).toEqual([]);
    expect(Object.keys(tally.by)).toEqual(['h1']);
    expect(JSON.parse(visits)).toMatchObject({ connections: 0, bytes: 0 });
    expect(proxying.stdout).not.toMatch(/found "fake/);
    // Attacked, it may have taken another name (RFC 6762 9).
    expect(proxying.stdout).not.toMatch(
      /lost "thing on h1.*": (?!another (?:endpoint|of the same address) takes its place)/,
    );
    // Once it is over, what is there is found as before.
    const again = await proxy(h2, 'thing:7001', '--mesh-key-file', key);
    await again.line(/found "thing on h1/);
  },
);

await labTest(
  'a proxy with a mesh key uses nobody who has none, and a proxy without one no mesh',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const key = await initMesh(h1, makeSharedFolder());
    await startProgram(h1, 'service', '7000', 'open');
    await startProgram(h1, 'service', '7001', 'secure');
    await announce(h1, 'thing:7000', '--name', 'open');
    const proxying = await proxy(h2, 'thing:7000', '--mesh-key-file', key, '--log-level', 'debug');
    await proxying.line(/not used: it is not of this mesh/);
    await announce(h1, 'thing:7001', '--name', 'secure', '--mesh-key-file', key);
    await proxying.line(/found "secure"/);
    const load = await Load.start(h2, { concurrency: 1, pauseMs: 5 });
    await load.moreAnswers(1);
    const tally = await load.finish();
    expect(Object.keys(tally.by)).toEqual(['secure']);
    expect(proxying.stdout).not.toMatch(/found "open"/);

    const keyless = await proxy(h2, 'thing:7002');
    await keyless.until(
      (output) => /found "open"/.test(output) && /not used: it is of mesh \w+, and no mesh key was given/.test(output),
    );
    expect(keyless.stdout).not.toMatch(/found "secure"/);
  },
);
