import { expect } from 'vitest';
import { announce, list } from '../ambassador.ts';
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
    const ours = { instance: 'thing on h1', port: 7000, addresses: expect.arrayContaining([h1.ip]) };
    let host = '';
    const look = async () => {
      const listed = await list<{ readonly host: string }>(h2, 'thing');
      host = listed[0]?.host ?? '';
      return listed;
    };
    await expect.poll(look).toMatchObject([ours]);
    const asks = (name: string, type: string) => expect.poll(() => askResolved(h2, name, type));
    await asks(host, 'A').toEqual([h1.ip]);
    await asks('_thing._tcp.local', 'PTR').toEqual(['thing\\032on\\032h1._thing._tcp.local.']);
    await asks('thing\\032on\\032h1._thing._tcp.local', 'SRV').toEqual([`0 0 7000 ${host}.`]);
    const theirs = { instance: 'of resolved', port: 7001, host: 'h2.local', txt: { k: 'v' } };
    await expect.poll(() => list(h1, 'other')).toMatchObject([theirs]);
    const near = { instance: 'near on h2', port: 7002, addresses: expect.arrayContaining([h2.ip]) };
    await expect.poll(() => list(h1, 'near')).toMatchObject([near]);
  },
);
