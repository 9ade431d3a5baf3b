import { expect } from 'vitest';
import { announce, runAmbassador } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';
import { askResolved, RESOLVED_NEEDS, startResolved } from './peers/resolved.ts';

const OTHER = { instance: 'of resolved', type: '_other._tcp', port: 7001, txt: { k: 'v' } };

await labTest(
  'systemd-resolved and ambassador share port 5353 of a host, and each finds what others announce',
  { hosts: 2, needs: RESOLVED_NEEDS },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startResolved(h2, OTHER);
    await Promise.all([announce(h1, 'thing:7000', '--check', 'none'), announce(h2, 'near:7002', '--check', 'none')]);
    const [ours] = JSON.parse((await runAmbassador(h2, ['list', 'thing', '--json'])).stdout);
    expect(ours).toMatchObject({ instance: 'thing on h1', port: 7000, addresses: expect.arrayContaining([h1.ip]) });
    expect(await askResolved(h2, ours.host, 'A')).toEqual([h1.ip]);
    expect(await askResolved(h2, '_thing._tcp.local', 'PTR')).toEqual(['thing\\032on\\032h1._thing._tcp.local.']);
    expect(await askResolved(h2, 'thing\\032on\\032h1._thing._tcp.local', 'SRV')).toEqual([`0 0 7000 ${ours.host}.`]);
    const [theirs] = JSON.parse((await runAmbassador(h1, ['list', 'other', '--json'])).stdout);
    expect(theirs).toMatchObject({ instance: 'of resolved', port: 7001, host: 'h2.local', txt: { k: 'v' } });
    const [near] = JSON.parse((await runAmbassador(h1, ['list', 'near', '--json'])).stdout);
    expect(near).toMatchObject({ instance: 'near on h2', port: 7002, addresses: expect.arrayContaining([h2.ip]) });
  },
);
