import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { list, runProgram, spawnProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';
import { startPair } from './pair.ts';

const SECONDS = '5';
const HOUR_MS = 3_600_000;
/** Clients, connections kept warm, checks of what is still there: those that were under way before the first was refused. */
const FEW = 12;
/** Where the rogue listens: as the member does, and for each other trick. */
const PORTS = { asTheMember: 22_000, elsewhere: 1, underAnotherName: 2, ofYesterday: 3, ofAnHourAgo: 4 } as const;

interface Instance {
  readonly instance: string;
  readonly host: string;
  readonly port: number;
  readonly txt: Readonly<Record<string, string>>;
}

interface Visits {
  readonly connections: number;
  readonly text: string;
}

await labTest(
  'the signature of a member, said again by somebody else, gets him a few handshakes at most and fails nobody',
  { hosts: 3 },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const { key, proxying } = await startPair(h1, h2);
    const traps = await setTraps(h3);
    const load = await Load.start(h2, { concurrency: 2, pauseMs: 20 });
    await load.moreAnswers(1);

    const genuine = await hear(h3);
    const signed = async (ageMs: number, port: number): Promise<Instance> => {
      const place = { instance: `${port} on h3`, host: 'h3-rogue.local', port };
      const txt = await runProgram<Instance['txt']>(h3, 'sign-record', [
        key,
        `${ageMs}`,
        place.instance,
        place.host,
        `${port}`,
      ]);
      return { ...place, txt };
    };
    const said: readonly Instance[] = [
      // Under the name of the member's host, whose address is not signed, it gives its own.
      genuine,
      { ...genuine, port: PORTS.elsewhere },
      { ...genuine, instance: 'thing on h3', host: 'h3-rogue.local', port: PORTS.underAnotherName },
      await signed(10 * HOUR_MS, PORTS.ofYesterday),
      await signed(HOUR_MS, PORTS.ofAnHourAgo),
    ];
    const replaying = spawnProgram(h3, 'replay', h3.ip, '5', SECONDS, ...said.map((one) => JSON.stringify(one)));
    // A signature that was good an hour ago is one: who is there has to prove it, and can't.
    await proxying.until((output) => output.includes(`thing: not dialled for 1m: ${h3.ip}:${PORTS.ofAnHourAgo}`));
    await replaying.line(/^sent \d+$/);
    await load.moreAnswers(1);
    const tally = await load.finish();

    expect(tally.failures).toEqual([]);
    expect(Object.keys(tally.by)).toEqual(['h1']);
    const visits = await readTraps(traps);
    expect(visits.elsewhere.connections).toBe(0);
    expect(visits.underAnotherName.connections).toBe(0);
    expect(visits.ofYesterday.connections).toBe(0);
    for (const { connections, text } of [visits.asTheMember, visits.ofAnHourAgo]) {
      expect(connections).toBeLessThanOrEqual(FEW);
      expect(text).not.toContain('who');
    }
    for (const port of [PORTS.asTheMember, PORTS.ofAnHourAgo]) {
      const told = proxying.stdout.split('\n').filter((line) => line.includes(`: ${h3.ip}:${port}`));
      expect(told.length, `${port}`).toBeLessThanOrEqual(1);
    }
  },
);

/** What everybody hears of the one instance. */
async function hear(host: Host): Promise<Instance> {
  let heard: readonly Instance[] = [];
  const look = async () => {
    heard = await list<Instance>(host, 'thing');
    return heard;
  };
  await expect.poll(look).toHaveLength(1);
  const [only] = heard;
  if (only === undefined) throw new Error('nothing was heard');
  return only;
}

type Traps = Readonly<Record<keyof typeof PORTS, HostProcess>>;

async function setTraps(host: Host): Promise<Traps> {
  const set = (name: keyof typeof PORTS): Promise<HostProcess> => startProgram(host, 'impostor', `${PORTS[name]}`);
  return {
    asTheMember: await set('asTheMember'),
    elsewhere: await set('elsewhere'),
    underAnotherName: await set('underAnotherName'),
    ofYesterday: await set('ofYesterday'),
    ofAnHourAgo: await set('ofAnHourAgo'),
  };
}

async function readTraps(traps: Traps): Promise<Readonly<Record<keyof typeof PORTS, Visits>>> {
  const read = async (trap: HostProcess): Promise<Visits> => {
    trap.stdin.end();
    const [json] = await trap.line(/^\{.*\}$/);
    return JSON.parse(json);
  };
  return {
    asTheMember: await read(traps.asTheMember),
    elsewhere: await read(traps.elsewhere),
    underAnotherName: await read(traps.underAnotherName),
    ofYesterday: await read(traps.ofYesterday),
    ofAnHourAgo: await read(traps.ofAnHourAgo),
  };
}
