import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, spawnAmbassador } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

const DOMAIN = 'ambassador.internal';

async function dig(host: Host, ...args: readonly string[]): Promise<string> {
  return await host.read('dig', ['@127.0.0.1', '-p', '5355', '+time=10', '+tries=3', ...args]);
}

await labTest('dig finds what is announced, and what leaves is gone', { hosts: 2, needs: ['dig'] }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  const answering = spawnAmbassador(h2, ['dns']);
  await answering.line(/answering DNS for ambassador\.internal on 127\.0\.0\.1:5355/);
  const leaving = await announce(h1, 'thing:7000', '--check', 'none', '--txt', 'color=red', '--priority', '3');
  await announce(h1, 'other:7001', '--check', 'none', '--name', 'a');
  const short = async (...args: readonly string[]): Promise<string> => (await dig(h2, '+short', ...args)).trim();

  await expect.poll(() => short('A', `thing.${DOMAIN}`)).toBe(h1.ip);
  await expect.poll(() => short('A', `a.other.${DOMAIN}`)).toBe(h1.ip);
  expect(await short('A', `thing-on-h1.thing.${DOMAIN}`)).toBe(h1.ip);
  const [, target = ''] =
    /^3 1 7000 (thing-on-h1-\w{7}\.thing\.ambassador\.internal)\.$/.exec(await short('SRV', `_thing._tcp.${DOMAIN}`)) ??
    [];
  expect(await short('A', target)).toBe(h1.ip);
  const types = (await short('PTR', `_services._dns-sd._udp.${DOMAIN}`)).split('\n');
  expect(types).toEqual(expect.arrayContaining([`_thing._tcp.${DOMAIN}.`, `_other._tcp.${DOMAIN}.`]));
  expect(await short('PTR', `_thing._tcp.${DOMAIN}`)).toBe(`thing\\032on\\032h1._thing._tcp.${DOMAIN}.`);
  expect(await short('TXT', `thing\\032on\\032h1._thing._tcp.${DOMAIN}`)).toContain('"color=red"');
  expect(await dig(h2, 'A', 'tHing.AmbassaDOR.internal')).toMatch(/^tHing\.AmbassaDOR\.internal\.\s+5\s+IN\s+A\s/m);

  expect(await dig(h2, 'A', `none.${DOMAIN}`)).toMatch(
    /status: NXDOMAIN[\s\S]*AUTHORITY SECTION:\s+ambassador\.internal\.\s+1\s+IN\s+SOA/,
  );
  expect(await dig(h2, 'TYPE65280', `thing.${DOMAIN}`)).toMatch(/status: NOERROR[\s\S]*ANSWER: 0,[\s\S]*SOA/);
  expect(await dig(h2, '+notcp', 'ANY', `thing.${DOMAIN}`)).toMatch(/HINFO\s+"RFC8482" ""/);
  expect(await dig(h2, 'A', 'thing.local')).toMatch(/status: REFUSED/);
  expect(await dig(h2, '+opcode=status', 'A', `thing.${DOMAIN}`)).toMatch(/status: NOTIMP/);
  expect(await dig(h2, '+edns=1', '+noednsnegotiation', 'A', `thing.${DOMAIN}`)).toMatch(/status: BADVERS/);
  expect(await dig(h2, '+tcp', '+short', 'NS', DOMAIN)).toBe(`ambassador-name-server.${DOMAIN}.\n`);

  expect(await leaving.stop('SIGTERM')).toMatchObject({ code: 0 });
  await expect.poll(() => dig(h2, 'A', `thing.${DOMAIN}`)).toMatch(/status: NXDOMAIN/);
  expect(await answering.stop('SIGTERM')).toMatchObject({ code: 0 });
});
