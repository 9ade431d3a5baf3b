import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { AMBASSADOR, announce, list, proxy, startProgram } from '../../ambassador.ts';
import { who } from '../../clients.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';

/** By how much the clock of those who were started by `spawnWithClock` is wrong, on their host. */
const CLOCK_FILE = '/run/clock';

await labTest(
  'a clock that jumps by a year and back, of an announcer or a proxy, costs no connection, and nobody is lost',
  { hosts: 2, needs: ['faketime'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startProgram(h1, 'service', '7000', 'h1');
    for (const host of [h1, h2]) await setClock(host, '+0');
    const announcing = spawnWithClock(h1, 'announce', 'thing:7000');
    await announcing.line(/announced thing/);
    const proxying = spawnWithClock(h2, 'proxy', 'thing:7000');
    await proxying.line(/found "thing on h1"/);
    const load = await Load.start(h2);
    for (const host of [h1, h2]) {
      for (const offset of ['+365d', '+0']) {
        await setClock(host, offset);
        // Everybody hears a packet of it, and looks at what is due.
        await expect.poll(() => list(h2, 'thing')).toMatchObject([{ instance: 'thing on h1' }]);
        await load.moreAnswers(1);
      }
    }
    expect((await load.finish()).failures).toEqual([]);
    expect(proxying.output).not.toMatch(/lost "thing|is not used for now|not heard of/);
    expect(announcing.output).not.toMatch(/withdrew/);
  },
);

await labTest(
  'a mesh works where a clock is seven hours wrong either way, and says it is the clock where it is days',
  { hosts: 4, needs: ['faketime'] },
  async (lan) => {
    const [h1, h2, h3, h4] = [lan.host(1), lan.host(2), lan.host(3), lan.host(4)];
    const key = await initMesh(h1, makeSharedFolder());
    await startProgram(h1, 'service', '7000', 'h1');
    await announce(h1, 'thing:7000', '--mesh-key-file', key);
    const right = await proxy(h2, 'thing:7000', '--mesh-key-file', key);
    await right.line(/found "thing on h1"/);
    const wrong: readonly (readonly [Host, string])[] = [
      [h3, '-7h'],
      [h4, '+7h'],
    ];
    for (const [host, offset] of wrong) {
      await setClock(host, offset);
      const proxying = spawnWithClock(host, 'proxy', 'thing:7000', '--mesh-key-file', key);
      await proxying.line(/found "thing on h1"/);
      expect(await who(host, 7000)).toBe('h1\n');
    }
    await setClock(h3, '-3d');
    await startProgram(h3, 'service', '7001', 'h3');
    spawnWithClock(h3, 'announce', 'thing:7001', '--mesh-key-file', key);
    await right.line(/"thing on h3","msg":"instance not used: it was signed at .* \(are the clocks of both right\?\)/);
    expect(await who(h2, 7000)).toBe('h1\n');
  },
);

async function setClock(host: Host, offset: string): Promise<void> {
  await host.read('sh', ['-c', `echo "$0" > ${CLOCK_FILE}.new && mv ${CLOCK_FILE}.new ${CLOCK_FILE}`, offset]);
}

/** The command line, by the clock that `setClock` has set and sets. Time that only goes on is the machine's. */
function spawnWithClock(host: Host, ...args: readonly string[]): HostProcess {
  const script = `export LD_PRELOAD="$(echo /usr/lib/*/faketime/libfaketimeMT.so.1)"; exec "$0" "$@"`;
  return host.spawn('sh', ['-c', script, process.execPath, AMBASSADOR, ...args], {
    env: { FAKETIME_TIMESTAMP_FILE: CLOCK_FILE, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
  });
}
