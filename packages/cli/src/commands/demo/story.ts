import { formatPlace } from '@mdns-ambassador/relay';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_INTERNAL } from '../../exit/exit-codes.ts';
import { countThings, joinWords } from '../../output/phrases.ts';
import type { Line, Printer } from '../../output/printer.ts';
import { waitForAbort, waitOrAbort } from '../../process/stopping.ts';
import { Clients } from './clients.ts';
import type { InstanceProcess } from './instance-process.ts';
import type { Moment, Stage } from './stage.ts';
import { addTallies, EMPTY_TALLY, listUnheard, type Tally, tallyOutcomes } from './tally.ts';

const FIRST = ['red', 'green', 'blue'];
const CLIENTS_PER_SECOND = 600;
const SCENE_MS = 2_500;
const FOUND_WITHIN_MS = 15_000;
/** Nothing is said twice within a second (RFC 6762 6): whoever asks in the midst of the announcements waits that long. */
const SETTLE_MS = 2_200;
/** A scene goes on until everybody in it has answered a client: on a busy machine the first connection takes longer than that. */
const HEARD_WITHIN_MS = 30_000;
const LOOK_MS = 100;
/** An instance that was killed or leaves is noticed within this time, on a busy machine too. */
const NOTICED_WITHIN_MS = 15_000;

/** The user stopped the demo. */
export class DemoStopped extends Error {}
/** The instances were announced, and the proxy heard of none. */
export class NothingHeard extends Error {}

/** Three instances, a proxy, clients: a kill, a leave, a join. */
export class DemoStory {
  readonly #stage: Stage;
  readonly #out: Printer;
  readonly #stop: AbortSignal;
  readonly #stopped: Promise<void>;
  #total: Tally = EMPTY_TALLY;
  #scene = 0;

  constructor(stage: Stage, out: Printer, stop: AbortSignal) {
    this.#stage = stage;
    this.#out = out;
    this.#stop = stop;
    this.#stopped = waitForAbort(stop);
  }

  /** Plays every scene; resolves with what all clients experienced. Rejects with what did not happen as it should. */
  async play(): Promise<Tally> {
    const [red, green] = await this.#startInstances(FIRST);
    const clients = new Clients(await this.#discover(FIRST), CLIENTS_PER_SECOND);
    clients.start();
    try {
      await this.#balance(clients);
      if (red !== undefined) await this.#kill(red, clients);
      if (green !== undefined) await this.#leave(green, clients);
      await this.#join(clients);
    } finally {
      await clients.stop();
    }
    this.#total = addTallies(this.#total, tallyOutcomes(clients.take()));
    return this.#total;
  }

  async #startInstances(names: readonly string[]): Promise<readonly InstanceProcess[]> {
    this.#title(`${names.length} processes start; each runs a small TCP service and announces it over mDNS`);
    const instances = names.map((name) => this.#stage.addInstance(name));
    for (const instance of instances) {
      const port = await this.#guard(instance.announced);
      this.#say(`${instance.name.padEnd(5)} is process ${instance.pid} on port ${port}`);
    }
    await this.#pause(SETTLE_MS);
    return instances;
  }

  /** Resolves with the proxy's port. */
  async #discover(names: readonly string[]): Promise<number> {
    this.#title('a proxy starts and asks this network who is there; nobody tells it an address');
    const askedAt = performance.now();
    const port = await this.#guard(this.#stage.startProxy());
    this.#say(`listening on ${formatPlace('127.0.0.1', port)}`);
    for (const name of names) {
      const found = await this.#waitFor((moment) => isAbout(moment, 'endpoint-added', name), FOUND_WITHIN_MS);
      if (found === undefined) throw new NothingHeard(name);
      this.#say(`found ${name} after ${formatMs(found.at - askedAt)}`);
    }
    return port;
  }

  async #balance(clients: Clients): Promise<void> {
    this.#title(`clients connect to the proxy, ${CLIENTS_PER_SECOND} times a second, each anew`);
    await this.#countWhenHeard(clients, FIRST);
  }

  async #kill(instance: InstanceProcess, clients: Clients): Promise<void> {
    this.#title(`kill -9 ${instance.pid}: ${instance.name} dies in the midst of it, without a word`);
    const killedAt = performance.now();
    instance.kill();
    const diedAt = await instance.gone;
    const noticed = await this.#waitUntilNoticed(instance, killedAt);
    if (noticed === undefined) throw fail(`the proxy did not notice that ${instance.name} was killed`);
    this.#say(`the proxy noticed after ${formatMs(noticed.at - killedAt)} and goes to the others`);
    await this.#pause(SCENE_MS);
    this.#count(clients, diedAt);
  }

  async #leave(instance: InstanceProcess, clients: Clients): Promise<void> {
    this.#title(`${instance.name} is asked to leave (SIGTERM): it says goodbye and goes when nobody needs it`);
    const askedAt = performance.now();
    instance.leave();
    const heard = await this.#waitUntilNoticed(instance, askedAt);
    if (heard === undefined) throw fail(`the proxy did not hear the goodbye of ${instance.name}`);
    this.#say(`the proxy heard it after ${formatMs(heard.at - askedAt)} and sends nobody there any more`);
    const goneAt = await this.#guard(instance.gone);
    this.#say(`${instance.name} ended after ${formatMs(goneAt - askedAt)}`);
    this.#count(clients);
  }

  async #join(clients: Clients): Promise<void> {
    this.#title('gold starts on yet another port');
    const startedAt = performance.now();
    const gold = this.#stage.addInstance('gold');
    const port = await this.#guard(gold.announced);
    const found = await this.#waitFor((moment) => isAbout(moment, 'endpoint-added', gold.name), FOUND_WITHIN_MS);
    if (found === undefined) throw fail('the proxy did not find gold');
    this.#say(`found gold on port ${port}, ${formatMs(found.at - startedAt)} after its process was started`);
    await this.#countWhenHeard(clients, [gold.name]);
  }

  async #countWhenHeard(clients: Clients, names: readonly string[]): Promise<void> {
    const startedAt = performance.now();
    await this.#pause(SCENE_MS);
    let unheard = listUnheard(clients.outcomes, names);
    while (unheard.length > 0 && performance.now() - startedAt < HEARD_WITHIN_MS) {
      await this.#pause(LOOK_MS);
      unheard = listUnheard(clients.outcomes, names);
    }
    this.#count(clients);
    if (unheard.length > 0) throw fail(`${joinWords(unheard)} got no connections`);
  }

  /** Prints and adds up what happened to the clients since the last count. */
  #count(clients: Clients, diedAt?: number): void {
    const tally = tallyOutcomes(clients.take(), diedAt);
    this.#total = addTallies(this.#total, tally);
    const { bold, green, red } = this.#out.style;
    const failed = tally.failed === 0 ? green('0 failed') : red(`${tally.failed} failed (${tally.reasons.join(', ')})`);
    const by = [...tally.answersBy].sort().map(([name, count]) => `${name} ${count}`);
    this.#say(
      bold(countThings(tally.connections, 'connection')),
      ', ',
      failed,
      `, the slowest took ${formatMs(tally.slowestMs)}`,
    );
    if (by.length > 0) this.#say(`answered by ${joinWords(by)}`);
    if (tally.cutOff > 0)
      this.#say(`${countThings(tally.cutOff, 'open connection')} died with it: the answer was in its hands`);
  }

  #title(text: string): void {
    this.#scene += 1;
    this.#out.line('');
    this.#out.line(this.#out.style.bold(`${this.#scene}. ${text}`));
  }

  #say(...parts: Line): void {
    this.#out.line('   ', ...parts);
  }

  /** The first time since then that the proxy took the instance out of use, or off its list. */
  async #waitUntilNoticed({ name }: InstanceProcess, since: number): Promise<Moment | undefined> {
    return this.#waitFor(
      (moment) =>
        moment.at >= since && (isAbout(moment, 'endpoint-state', name) || isAbout(moment, 'endpoint-removed', name)),
      NOTICED_WITHIN_MS,
    );
  }

  async #waitFor(fits: (moment: Moment) => boolean, timeoutMs: number): Promise<Moment | undefined> {
    const found = await this.#stage.waitFor(fits, timeoutMs, this.#stop);
    this.#throwIfStopped();
    return found;
  }

  async #pause(delayMs: number): Promise<void> {
    await waitOrAbort(delayMs, this.#stop);
    this.#throwIfStopped();
  }

  /** Waits, but not beyond the user's patience. */
  async #guard<Value>(waiting: Promise<Value>): Promise<Value> {
    await Promise.race([waiting, this.#stopped]);
    this.#throwIfStopped();
    return waiting;
  }

  #throwIfStopped(): void {
    if (this.#stop.aborted) throw new DemoStopped();
  }
}

/** What the clients of a whole demo experienced, and whether it is what was promised. */
export function judge(total: Tally): CliError | undefined {
  if (total.failed === 0) return undefined;
  return fail(
    `${countThings(total.failed, 'connection')} of ${total.connections} failed (${total.reasons.join(', ')})`,
  );
}

export function formatMs(durationMs: number): string {
  return durationMs < 1_000 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1_000).toFixed(1)} s`;
}

function fail(sentence: string): CliError {
  return new CliError(EXIT_INTERNAL, `demo: ${sentence}`);
}

function isAbout(
  { event }: Moment,
  kind: 'endpoint-added' | 'endpoint-removed' | 'endpoint-state',
  name: string,
): boolean {
  return event.kind === kind && event.endpoint.instance === name;
}
