import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Lab, seededRandom } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { labTest } from '../../lab-test.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';
import { Machine } from './machine.ts';

const FIGURES = fileURLToPath(new URL('../../../test-results/', import.meta.url));
const HOSTS = 20;
const SEED = 13;
/** Processes that start at the same time: each host of a real LAN has a processor of its own. */
const STARTING = 2;
/**
 * The goals are 3 s, 10 s, and at once: `test/sim/peers` holds them in virtual time. What processes took that share two cores is a figure; beyond
 * this it would not be peers that brought it.
 */
const LONGEST_MS = 40_000;
/** Four processes of each host start, one after the other. */
const TIMEOUT_MS = 600_000;
const MINUTE_MS = 60_000;
/** Two beats of each link. */
const WINDOW_MS = 5_000;
/** A beat every 2.5 s of both sides of a link, of each host with each other: `peers/rules/table`. */
const BEATS_A_MINUTE = 2 * 24 * (HOSTS - 1);
/** As many times of that there may be. */
const MOST = 1.5;

const names = Array.from({ length: HOSTS }, (_, index) => `h${index + 1}`);

/** Whom the host of a number names: the number of another. */
type Naming = (number: number) => number;

/** What one way of naming cost. */
interface Figures {
  readonly services: number;
  readonly mode: 'open' | 'mesh';
  /** From the start of the last until the last saw all. */
  readonly allSeeAllMs: number;
  /** Both ways, of one host, once all see all. */
  readonly linesAMinute: number;
  readonly bytesAMinute: number;
  readonly mostLinesAMinute: number;
}

/** A LAN of which each host can run one process. */
class Network {
  readonly #lan: Lab;
  readonly #random: () => number;
  readonly #folder = makeSharedFolder();

  constructor(lan: Lab, random: () => number) {
    this.#lan = lan;
    this.#random = random;
  }

  /** In another order each time. */
  async start(state: string, services: number, options: (number: number) => readonly string[]): Promise<Machine[]> {
    const file = this.#writeConfiguration(services);
    const waiting = names.map((_, index) => index + 1);
    for (let left = waiting.length; left > 1; left--) {
      const drawn = Math.floor(this.#random() * left);
      [waiting[left - 1], waiting[drawn]] = [waiting[drawn] ?? 0, waiting[left - 1] ?? 0];
    }
    const machines: Machine[] = [];
    const startSome = async (): Promise<void> => {
      for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
        const machine = new Machine(this.#lan.host(number), file, state, options(number));
        machines.push(machine);
        await machine.process.line(/listening on/, { stream: 'stdout' });
      }
    };
    await Promise.all(Array.from({ length: STARTING }, startSome));
    return machines.toSorted((a, b) => names.indexOf(a.host.name) - names.indexOf(b.host.name));
  }

  #writeConfiguration(services: number): string {
    const others = Array.from({ length: services - 1 }, (_, index) => `other-${index}:${7001 + index}`);
    const announced = ['thing:7000', ...others].map((one) => {
      const [service, port] = one.split(':');
      return `  - { service: ${service}, port: ${port}, check: none }`;
    });
    const file = join(this.#folder, `${services}.yaml`);
    writeFileSync(file, ['announce:', ...announced, 'proxy:', '  - { service: thing, port: 8000 }', ''].join('\n'));
    return file;
  }
}

/** When the last of them came to see just these. */
async function allSee(machines: readonly Machine[], seen: readonly string[] = names): Promise<number> {
  return Math.max(...(await Promise.all(machines.map((machine) => machine.sees(seen)))));
}

function lastStart(machines: readonly Machine[]): number {
  return Math.max(...machines.map(({ startedAt }) => startedAt));
}

/** How long it took. */
function measure(what: string, from: number, to: number): number {
  expect(to - from, what).toBeLessThan(LONGEST_MS);
  return Math.round(to - from);
}

/** When the last of them lost sight of this host; for this reason each. */
function lostBy(machines: readonly Machine[], name: string, reason: string): number {
  const losses = machines.map((machine) => machine.findLoss(name));
  expect([...new Set(losses.map((loss) => loss?.reason))]).toEqual([reason]);
  return Math.max(...losses.map((loss) => loss?.at ?? Number.NaN));
}

/** Each knows each once, all others by peers. */
async function expectEachOnce(machines: readonly Machine[]): Promise<void> {
  const listed = await Promise.all(machines.map((machine) => machine.listEndpoints()));
  for (const { names: known, byPeers } of listed) {
    expect(known).toEqual(names.toSorted());
    expect(byPeers).toBeGreaterThanOrEqual(HOSTS - 1);
  }
}

type Traffic = Pick<Figures, 'linesAMinute' | 'bytesAMinute' | 'mostLinesAMinute'>;

/** As {@link measureTraffic}, once what they had to tell one another is told: beats, and no more than `MOST` times of what those of `like` carry. */
async function measureCalm(machines: readonly Machine[], like?: Traffic): Promise<Traffic> {
  let traffic = await measureTraffic(machines);
  const compare = async (): Promise<number> => {
    const ofBeats = traffic.linesAMinute / BEATS_A_MINUTE;
    const ofLike =
      like === undefined ? [] : [traffic.linesAMinute / like.linesAMinute, traffic.bytesAMinute / like.bytesAMinute];
    const times = Math.max(ofBeats, ...ofLike);
    if (times >= MOST) traffic = await measureTraffic(machines);
    return times;
  };
  await expect.poll(compare).toBeLessThan(MOST);
  return traffic;
}

/** What the links of one host carry in a minute while nothing happens. */
async function measureTraffic(machines: readonly Machine[]): Promise<Traffic> {
  const readAll = () => Promise.all(machines.map((machine) => machine.readTraffic()));
  const before = await readAll();
  await wait(WINDOW_MS);
  const after = await readAll();
  const each = after.map(({ at, lines, bytes }, index) => {
    const first = before[index] ?? { at: 0, lines: 0, bytes: 0 };
    const perMinute = MINUTE_MS / (at - first.at);
    return { lines: (lines - first.lines) * perMinute, bytes: (bytes - first.bytes) * perMinute };
  });
  const average = (values: readonly number[]): number =>
    Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
  return {
    linesAMinute: average(each.map(({ lines }) => lines)),
    bytesAMinute: average(each.map(({ bytes }) => bytes)),
    mostLinesAMinute: Math.round(Math.max(...each.map(({ lines }) => lines))),
  };
}

await labTest(
  `${HOSTS} hosts without multicast, one peer named each: a chain, a star, at random; a kill, a goodbye, a partition, and a start by memory`,
  { hosts: HOSTS, needs: ['curl', 'nft'], timeout: TIMEOUT_MS },
  async (lan) => {
    for (const host of lan.hosts) await lan.blockMulticast(host);
    const random = seededRandom(SEED);
    const network = new Network(lan, random);
    const key = await initMesh(lan.host(1), makeSharedFolder());
    const draws = names.map(() => random());
    const chain: Naming = (number) => (number === 1 ? HOSTS : number - 1);
    const star: Naming = (number) => (number === 1 ? 2 : 1);
    // Of those with a lower number, so that all lead to one; and the first of any.
    const anybody: Naming = (number) =>
      number === 1 ? HOSTS : 1 + Math.floor((draws[number - 1] ?? 0) * (number - 1));

    const meet = async (
      state: string,
      naming: Naming,
      services: number,
      mode: Figures['mode'],
      like?: Figures,
    ): Promise<{ readonly machines: readonly Machine[]; readonly figures: Figures }> => {
      const mesh = mode === 'mesh' ? ['--mesh-key-file', key] : [];
      const machines = await network.start(state, services, (number) => [
        '--peer',
        lan.host(naming(number)).ip,
        ...mesh,
      ]);
      const seenAt = await allSee(machines);
      const allSeeAllMs = measure(`all see all, ${state}`, lastStart(machines), seenAt);
      await Promise.all(machines.map((machine) => machine.announced(services)));
      await expectEachOnce(machines);
      const figures: Figures = { services, mode, allSeeAllMs, ...(await measureCalm(machines, like)) };
      expect(figures.linesAMinute, state).toBeGreaterThan(BEATS_A_MINUTE / 2);
      return { machines, figures };
    };
    const killAll = (machines: readonly Machine[]) =>
      Promise.all(machines.map(({ process }) => process.stop('SIGKILL')));

    const chained = await meet('chain', chain, 1, 'open');
    await killAll(chained.machines);
    const starred = await meet('star', star, 1, 'mesh');
    await killAll(starred.machines);
    // It grows with the machines, and not with their services as well.
    const { machines, figures } = await meet('random', anybody, 10, 'open', chained.figures);

    const [leaving, killed] = [machines[4], machines.at(-1)];
    if (leaving === undefined || killed === undefined) throw new Error('too few hosts');
    const without = (gone: readonly Machine[]): readonly Machine[] => machines.filter((one) => !gone.includes(one));
    const namesOf = (some: readonly Machine[]): readonly string[] => some.map(({ host }) => host.name);

    const leftAt = Date.now();
    const ended = leaving.process.stop('SIGTERM');
    const here = without([leaving]);
    await allSee(here, namesOf(here));
    const goodbyeMs = measure('a goodbye', leftAt, lostBy(here, leaving.host.name, 'said goodbye'));
    await ended;

    const [one, other] = [here.filter((_, index) => index < HOSTS / 2), here.filter((_, index) => index >= HOSTS / 2)];
    const rest = other.filter((machine) => machine !== killed);
    const cutAt = Date.now();
    await killed.process.stop('SIGKILL');
    await lan.part(one.map(({ host }) => host));
    const partedAt = Math.max(await allSee(one, namesOf(one)), await allSee(rest, namesOf(rest)));
    const killedMs = measure('a kill', cutAt, lostBy(rest, killed.host.name, 'not heard of again'));
    const partedMs = measure('a partition', cutAt, partedAt);
    const healedAt = Date.now();
    await lan.reunite();
    const alive = [...one, ...rest];
    const healMs = measure('healing', healedAt, await allSee(alive, namesOf(alive)));

    await Promise.all(alive.map(({ process }) => process.stop('SIGTERM')));
    const again = await network.start('random', 1, () => []);
    const memoryMs = measure('a start by memory', lastStart(again), await allSee(again));
    await expectEachOnce(again);

    mkdirSync(FIGURES, { recursive: true });
    writeFileSync(
      `${FIGURES}peers-${HOSTS}.json`,
      JSON.stringify({
        hosts: HOSTS,
        seed: SEED,
        chain: chained.figures,
        star: starred.figures,
        random: figures,
        goodbyeMs,
        killedMs,
        partedMs,
        healMs,
        memoryMs,
      }),
    );
  },
);
