import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DrainOutcome,
  errorCode,
  errorMessage,
  type HeldSocket,
  holdSocket,
  type Target,
} from '@mdns-ambassador/relay';
import type { Endpoint } from '../pool/endpoint.ts';
import type { PlannedEndpoint } from '../pool/plan.ts';
import type { ProxyOptions } from '../proxy-options.ts';
import { addCounts, NO_COUNTERS } from './counts.ts';
import type { EndpointPicker, Engine, EngineCounters, EngineEvent } from './engine.ts';
import { PROXY_NAME, WAITING_ROOM, writeConfiguration } from './haproxy/configuration.ts';
import { type ConnectionLine, parseConnectionLine } from './haproxy/connection-line.ts';
import { FIRST_PASSED_FD, HaproxyProcess } from './haproxy/haproxy-process.ts';
import { Objections } from './haproxy/objections.ts';
import { HAPROXY_AWAY } from './haproxy/runtime-api.ts';
import { ServerControl } from './haproxy/server-control.ts';
import type { StatisticsRow } from './haproxy/statistics.ts';
import { SessionTally } from './haproxy/tally.ts';
import { listenEverywhere } from './listen-everywhere.ts';
import { createNodeEngine } from './node.ts';

/** How often haproxy is asked how it does. */
const LOOK_MS = 200;
/** While connections are awaited that are to finish. */
const DRAIN_LOOK_MS = 50;
/** A haproxy that is silent for so long takes no clients; what it carries may go on when it does. */
const HANG_MS = 6_000;
/** Between two attempts to start it again, from the second on. */
const RESTART_MS = 500;
/** How long haproxy may take to end what it was told to end. */
const RESET_MS = 500;

export type HaproxyEngineOptions = Pick<
  ProxyOptions,
  'listen' | 'balance' | 'connectTimeoutMs' | 'drainTimeoutMs' | 'maxConnections' | 'reportConnections'
>;

/**
 * An haproxy of our own carries the bytes: it gets the listening sockets, which stay open here for the next one, and is told
 * of every endpoint that comes and goes by its admin socket. Clients for whom it finds nobody are taken by engine node. A
 * `CreateEngine`.
 */
export function createHaproxyEngine(
  options: HaproxyEngineOptions,
  picker: EndpointPicker,
  onEvent: (event: EngineEvent) => void = () => {},
): Engine {
  return new HaproxyEngine(options, picker, onEvent);
}

class HaproxyEngine implements Engine {
  readonly #options: HaproxyEngineOptions;
  readonly #onEvent: (event: EngineEvent) => void;
  /** Short: the path of a unix socket in it has 103 bytes at most. */
  readonly #folder: string = join(tmpdir(), `haproxy-${randomBytes(6).toString('hex')}`);
  readonly #waitingRoom: Engine;
  readonly #control: ServerControl;
  readonly #tally = new SessionTally();
  readonly #leaving = new Set<HaproxyProcess>();
  #held: readonly HeldSocket[] = [];
  #process: HaproxyProcess | undefined;
  #starts = 0;
  #looking: Promise<void> | undefined;
  #restarted: Promise<void> | undefined;
  readonly #stop = new AbortController();
  #silentSince: number | undefined;
  #stopped: Promise<void> | undefined;
  #drained: Promise<DrainOutcome> | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: HaproxyEngineOptions, picker: EndpointPicker, onEvent: (event: EngineEvent) => void) {
    this.#options = options;
    this.#onEvent = onEvent;
    const objections = new Objections((message) => onEvent({ kind: 'engine-changed', message }));
    this.#control = new ServerControl({
      ask: (command) => this.#ask(command),
      backend: PROXY_NAME,
      isFirstAlone: options.balance === 'first',
      isPatient: false,
      picker,
      onObjection: (objection) => objections.take(objection),
    });
    this.#waitingRoom = createNodeEngine(
      { ...options, listen: [{ kind: 'unix', path: this.#waitingPath }] },
      picker,
      onEvent,
    );
  }

  get counters(): EngineCounters {
    const { failed, retried } = this.#waitingRoom.counters;
    return addCounts(this.#tally.counters, { ...NO_COUNTERS, failed, retried });
  }

  async start(): Promise<readonly Target[]> {
    try {
      mkdirSync(this.#folder, { mode: 0o700 });
      const { opened, refusals } = await listenEverywhere(this.#options.listen, holdSocket);
      this.#held = opened;
      if (refusals.length > 0) throw refusals[0];
      await this.#waitingRoom.start();
      await this.#startProcess();
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#looking = this.#lookOn();
    return this.#held.map(({ address }) => address);
  }

  sync(plan: readonly PlannedEndpoint[]): Promise<void> {
    return this.#control.sync(plan);
  }

  resetConnectionsOf(id: string, except?: Endpoint): number {
    return this.#control.resetConnectionsOf(id, except) + this.#waitingRoom.resetConnectionsOf(id, except);
  }

  listUnanswered(): ReadonlyMap<string, Endpoint> {
    return new Map([...this.#control.listDown(), ...this.#waitingRoom.listUnanswered()]);
  }

  async resetUnacknowledged(id: string): Promise<number> {
    const counts = [this.#control.resetUnacknowledged(id), this.#waitingRoom.resetUnacknowledged(id)];
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  stopListening(): Promise<void> {
    this.#stopped ??= this.#stopListening();
    return this.#stopped;
  }

  drain(timeoutMs: number): Promise<DrainOutcome> {
    this.#drained ??= this.#drain(timeoutMs);
    return this.#drained;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  get #waitingPath(): string {
    return `${this.#folder}/waiting.sock`;
  }

  #ask(command: string): Promise<string> {
    return this.#process === undefined ? Promise.reject(new Error('haproxy is away')) : this.#process.ask(command);
  }

  async #startProcess(): Promise<void> {
    this.#starts += 1;
    const isLogged = this.#options.reportConnections === true;
    const adminPath = `${this.#folder}/admin-${this.#starts}.sock`;
    const servers = this.#control.wanted();
    const started = await HaproxyProcess.start({
      folder: this.#folder,
      number: this.#starts,
      adminPath,
      fds: this.#held.map(({ fd }) => fd),
      onLine: isLogged ? (line) => this.#report(parseConnectionLine(line)) : undefined,
      configuration: writeConfiguration({
        ...this.#options,
        adminPath,
        waitingPath: this.#waitingPath,
        listenFds: this.#held.map((_, index) => FIRST_PASSED_FD + index),
        servers,
        isLogged,
      }),
    });
    this.#tally.renew();
    this.#silentSince = undefined;
    const endSessions = this.#control.renew(servers);
    const before = this.#process;
    if (before === undefined) endSessions();
    else void before.ended.then(endSessions);
    this.#process = started;
    void started.ended.then((how) => this.#onEnded(started, how));
    void this.#control.look().catch(() => undefined);
  }

  #onEnded(ended: HaproxyProcess, how: string): void {
    this.#leaving.delete(ended);
    if (this.#process !== ended) return;
    this.#process = undefined;
    this.#control.renew([])();
    this.#tally.renew();
    if (this.#stopped !== undefined) return;
    this.#onEvent({ kind: 'engine-changed', message: `haproxy ended (${how}) and is started again` });
    this.#restarted = this.#startAgain();
  }

  /** Until it runs, or is not needed any more. Clients wait in the kernel's queue. */
  async #startAgain(): Promise<void> {
    let isTold = false;
    while (this.#stopped === undefined) {
      try {
        await this.#startProcess();
        if (isTold) this.#onEvent({ kind: 'engine-changed', message: 'haproxy runs again' });
        return;
      } catch (error) {
        const message = errorMessage(error);
        if (!isTold) this.#onEvent({ kind: 'engine-changed', message: `${message}; clients wait` });
        isTold = true;
        await sleep(RESTART_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
  }

  async #lookOn(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#look();
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const asked = this.#process;
    if (asked === undefined) return;
    try {
      this.#count(await this.#control.look());
      this.#silentSince = undefined;
    } catch (error) {
      if (this.#process === asked) await this.#doubt(asked, error);
    }
  }

  /**
   * It does not listen at its admin socket any more: it was told to finish (SIGUSR1), which is how it is upgraded. Or it stands
   * still: then it is told to finish, for when it goes on.
   */
  async #doubt(silent: HaproxyProcess, error: unknown): Promise<void> {
    const now = performance.now();
    this.#silentSince ??= now;
    if (this.#stopped !== undefined) return;
    const isStill = now - this.#silentSince > HANG_MS;
    if (!isStill && errorCode(error) !== HAPROXY_AWAY) return;
    // Who was killed refuses as well, and is known to have ended a moment later.
    const hasEnded = await Promise.race([silent.ended, sleep(DRAIN_LOOK_MS)]);
    if (hasEnded !== undefined || this.#process !== silent) return;
    if (isStill) silent.finish();
    this.#leaving.add(silent);
    const what = isStill ? `has not answered for ${HANG_MS / 1_000} s` : 'finishes';
    this.#onEvent({ kind: 'engine-changed', message: `haproxy ${what}, and another takes its place` });
    this.#restarted = this.#startAgain();
    await this.#restarted;
  }

  #count(rows: readonly StatisticsRow[]): void {
    const front = rows.find(({ proxy, server }) => proxy === PROXY_NAME && server === 'FRONTEND');
    const back = rows.find(({ proxy, server }) => proxy === PROXY_NAME && server === 'BACKEND');
    if (front === undefined || back === undefined) return;
    const droppedBefore = this.#tally.counters.dropped;
    this.#tally.take(front, back);
    if (this.#tally.counters.dropped > droppedBefore) {
      this.#onEvent({ kind: 'connections-full', limit: this.#options.maxConnections });
    }
  }

  #report(line: ConnectionLine | undefined): void {
    // What ambassador took itself is reported by its own engine.
    if (line === undefined || line.server === WAITING_ROOM) return;
    const { server, ...connection } = line;
    const found = server === undefined ? undefined : this.#control.find(server);
    const place = found === undefined ? {} : { endpoint: found.endpoint, address: found.address };
    this.#onEvent({ kind: 'connection-ended', connection: { ...connection, ...place } });
  }

  async #stopListening(): Promise<void> {
    for (const held of this.#held) held.release();
    await this.#ask(`shutdown frontend ${PROXY_NAME}`).catch(() => undefined);
  }

  async #drain(timeoutMs: number): Promise<DrainOutcome> {
    // Who finishes while it stops to listen is one of those who finished.
    const looking = this.#control.look().then(
      (rows) => this.#count(rows),
      () => undefined,
    );
    await this.stopListening();
    await looking;
    const whileListening = this.#tally.active;
    await this.#look();
    const before = Math.max(whileListening, this.#tally.active);
    const deadline = performance.now() + timeoutMs;
    while (this.#isCarrying() && performance.now() < deadline) {
      await sleep(Math.min(DRAIN_LOOK_MS, Math.max(1, deadline - performance.now())));
      await this.#look();
    }
    const reset = this.#isCarrying() ? this.#tally.active : 0;
    await this.#resetAll();
    return { finished: Math.max(0, before - reset), reset };
  }

  #isCarrying(): boolean {
    return (this.#process !== undefined && this.#tally.active > 0) || this.#leaving.size > 0;
  }

  async #resetAll(): Promise<void> {
    await this.#control.resetAll([WAITING_ROOM]);
    const deadline = performance.now() + RESET_MS;
    while (this.#process !== undefined && this.#tally.active > 0 && performance.now() < deadline) {
      await sleep(DRAIN_LOOK_MS);
      await this.#look();
    }
  }

  async #close(): Promise<void> {
    await this.drain(0);
    this.#stop.abort();
    await Promise.all([this.#looking, this.#restarted]);
    await Promise.all(
      [...this.#leaving, ...(this.#process === undefined ? [] : [this.#process])].map((one) => one.kill()),
    );
    this.#control.close();
    await this.#waitingRoom.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
