import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, runAmbassador, spawnAmbassador } from '../../ambassador.ts';
import { CONFIGURATION_FILE, writeConfiguration } from '../../configuration.ts';
import { labTest } from '../../lab-test.ts';
import { startForwarder } from './forwarder.ts';

const DOMAIN = 'ambassador.internal';
/** Their SRV records alone are more than the 1232 bytes that dig takes by UDP. */
const CROWD = 50;

async function dig(host: Host, ...args: readonly string[]): Promise<string> {
  return await digAt(host, '127.0.0.1', ...args);
}

async function digAt(host: Host, server: string, ...args: readonly string[]): Promise<string> {
  return await host.read('dig', [`@${server}`, '-p', '5355', '+time=10', '+tries=3', ...args]);
}

/** What a client sees of an answer's length. */
function measure(output: string): { readonly isTruncated: boolean; readonly answers: number; readonly bytes: number } {
  const read = (pattern: RegExp): string => pattern.exec(output)?.[1] ?? '';
  return {
    isTruncated: / tc\b/.test(read(/^;; flags:([^;]*);/m)),
    answers: Number(read(/, ANSWER: (\d+),/)),
    bytes: Number(read(/^;; MSG SIZE {2}rcvd: (\d+)$/m)),
  };
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

await labTest(
  'what is too long for a datagram comes by TCP, by the size that a client takes and by who asks',
  { hosts: 2, needs: ['dig', 'named'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const places = Array.from(
      { length: CROWD },
      (_, index) => `  - { service: 'crowd:${8000 + index}', name: 'i${index}', check: none }`,
    );
    await writeConfiguration(h1, `announce:\n${places.join('\n')}\n`);
    spawnAmbassador(h1, ['up', '--config', CONFIGURATION_FILE]);
    // It answers as a part of `up`: on loopback, and where others ask, which has to be allowed.
    await writeConfiguration(h2, 'dns: { listen: "0.0.0.0:5355" }\n');
    expect(await runAmbassador(h2, ['up', '--config', CONFIGURATION_FILE])).toEqual({
      code: 77,
      signal: undefined,
      stdout: '',
      stderr: `ambassador: ${CONFIGURATION_FILE}:1: listen: 0.0.0.0:5355 answers other machines; add allowRemote: true if that is meant, or write 127.0.0.1\n`,
    });
    await writeConfiguration(h2, 'dns: { listen: "0.0.0.0:5355", allowRemote: true }\n');
    const answering = spawnAmbassador(h2, ['up', '--config', CONFIGURATION_FILE]);
    await answering.line(/answering DNS for ambassador\.internal on 0\.0\.0\.0:5355/);

    const question = ['SRV', `_cRowd._tCp.${DOMAIN}`];
    const ask = async (...how: readonly string[]): Promise<ReturnType<typeof measure>> =>
      measure(await dig(h2, '+notcp', '+ignore', ...how, ...question));
    await expect.poll(async () => (await ask('+tcp')).answers).toBe(CROWD);

    // As dig asks by itself: by UDP, and again by TCP, where all is told, each name in the case of the question.
    const whole = await dig(h2, ...question);
    expect(whole).toMatch(/^;; Truncated, retrying in TCP mode\.$/m);
    expect(measure(whole)).toMatchObject({ isTruncated: false, answers: CROWD });
    expect(
      whole.match(
        /^_cRowd\._tCp\.ambassador\.internal\.\s+5\s+IN\s+SRV\s+0 1 80\d\d i\d+\.crowd\.ambassador\.internal\.$/gm,
      ),
    ).toHaveLength(CROWD);

    for (const [taken, ...how] of [
      [512, '+noedns'],
      [512, '+bufsize=100'],
      [1_232, '+bufsize=1232'],
    ] as const) {
      const { isTruncated, answers, bytes } = await ask(...how);
      expect({ how, isTruncated, answers }).toEqual({ how, isTruncated: true, answers: 0 });
      expect(bytes).toBeLessThanOrEqual(taken);
    }
    const large = await ask('+bufsize=4096');
    expect(large).toMatchObject({ isTruncated: false, answers: CROWD });
    expect(large.bytes).toBeGreaterThan(1_232);
    expect(large.bytes).toBeLessThanOrEqual(4_096);
    // Nobody on another machine gets much more than he sends, unless he comes by TCP.
    expect(measure(await digAt(h1, h2.ip, '+notcp', '+ignore', '+bufsize=4096', ...question))).toMatchObject({
      isTruncated: true,
      answers: 0,
    });
    expect(measure(await digAt(h1, h2.ip, ...question)).answers).toBe(CROWD);

    // So it comes through a name server that forwards, which says as well what there is not.
    await startForwarder(h2);
    const forwarded = async (...how: readonly string[]): Promise<string> =>
      await h2.read('dig', ['@127.0.0.1', '+time=10', '+tries=3', ...how]);
    expect(measure(await forwarded(...question)).answers).toBe(CROWD);
    expect(await forwarded('A', `none.${DOMAIN}`)).toMatch(
      /status: NXDOMAIN[\s\S]*AUTHORITY SECTION:\s+ambassador\.internal\.\s+[01]\s+IN\s+SOA/,
    );
    expect(await forwarded('AAAA', `i0.crowd.${DOMAIN}`)).toMatch(/status: NOERROR[\s\S]*ANSWER: 0,[\s\S]*SOA/);

    // Its part of the file is taken away: nobody answers any more, and what else it does goes on.
    await writeConfiguration(h2, 'proxy: [{ service: "thing:7001", from: "static:127.0.0.1:9" }]\n');
    await answering.line(/reloaded /);
    expect(
      (await h2.run('dig', ['@127.0.0.1', '-p', '5355', '+tcp', '+time=5', '+tries=1', ...question])).stdout,
    ).toMatch(/refused/);
  },
);
