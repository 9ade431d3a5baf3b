import { expect } from 'vitest';
import { list, proxy, spawnAmbassador, startProgram } from '../ambassador.ts';
import { who } from '../clients.ts';
import { labTest } from '../lab-test.ts';
import { avahi } from './peers/avahi.ts';

/** Types that devices announce and RFC 6763 7 does not allow: too long, with an underscore, with an odd end. */
const ODD_TYPES = ['_androidtvremote2._tcp', '_nvstream_dbd._tcp', '_tivo-videostream._tcp', '_1-._tcp', '_x y._tcp'];

await labTest(
  'devices whose service types RFC 6763 does not allow are listed and proxied, and end nobody',
  { hosts: 2, needs: avahi.needs },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await avahi.prepare(h1);
    const watching = spawnAmbassador(h2, ['list', '--watch', '--json']);
    await startProgram(h1, 'service', '7000', 'tv');
    for (const type of [...ODD_TYPES, '_thing._tcp']) {
      await avahi.publish(h1, { instance: `device ${type}`, type, port: 7000, txt: {} });
    }
    const types = async (...words: readonly string[]) => (await list(h2, ...words)).map(({ type }) => type).sort();
    await expect.poll(types).toEqual([...ODD_TYPES, '_thing._tcp'].sort());
    for (const type of ODD_TYPES) await expect.poll(() => types(type)).toEqual([type]);
    await watching.until((output) => ODD_TYPES.every((type) => output.includes(`"type":"${type}"`)));
    await proxy(h2, '_androidtvremote2._tcp:7001');
    expect(await who(h2, 7001)).toBe('tv\n');
    expect((await watching.stop('SIGTERM')).code).toBe(0);
  },
);
