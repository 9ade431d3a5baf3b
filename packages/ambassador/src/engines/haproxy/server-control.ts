import { Unacknowledged } from '@mdns-ambassador/relay';
import { type Endpoint, namePlace, placesOf } from '../../pool/endpoint.ts';
import type { PlannedEndpoint } from '../../pool/plan.ts';
import type { EndpointPicker } from '../engine.ts';
import { Sessions } from '../sessions.ts';
import { Trials } from '../trials.ts';
import type { Ask } from './runtime-api.ts';
import { isOurServer, type Server } from './server.ts';
import { diffServers, formatChange, listServers, type PresentServer, readObjection } from './server-set.ts';
import { isDown, isResting, parseStatistics, type StatisticsRow } from './statistics.ts';

/** Changes in one command: each is 300 bytes at most, and haproxy's buffer has 16,384. */
const CHANGES_AT_ONCE = 24;

export interface ServerControlOptions {
  readonly ask: Ask;
  readonly backend: string;
  /** One server at a time: `--balance first`. */
  readonly isFirstAlone: boolean;
  /** Servers that are there before the first plan names an endpoint are left alone. */
  readonly isPatient: boolean;
  readonly picker: EndpointPicker;
  /** haproxy did not obey; its words. */
  readonly onObjection: (objection: string) => void;
}

interface KnownServer extends Server {
  readonly endpoint: Endpoint;
}

/** The servers of one backend: makes them what the plan says, and tells the pool how they do. */
export class ServerControl {
  readonly #options: ServerControlOptions;
  readonly #sessions: Sessions;
  readonly #trials: Trials;
  /** By name, as far as is known between two looks. */
  readonly #present = new Map<string, PresentServer>();
  /** By name: those that haproxy has or is to have. */
  readonly #known = new Map<string, KnownServer>();
  /** Failed dials by server name, as they were counted last. */
  readonly #failures = new Map<string, number>();
  #down: ReadonlyMap<string, Endpoint> = new Map();
  #plan: readonly PlannedEndpoint[] = [];
  #isPlanned: boolean;
  #turn: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ServerControlOptions) {
    this.#options = options;
    this.#isPlanned = !options.isPatient;
    this.#sessions = new Sessions((id) => options.picker.opened(id));
    this.#trials = new Trials(options.picker);
  }

  /** Resolves when haproxy has it, or cannot be reached. */
  sync(plan: readonly PlannedEndpoint[]): Promise<void> {
    this.#plan = plan;
    this.#isPlanned ||= plan.some(({ isUsed }) => isUsed);
    const ids = new Set(plan.map(({ endpoint }) => endpoint.id));
    this.#trials.keepOnly(ids);
    for (const { endpoint, isOnTrial } of plan) if (isOnTrial && !this.#isClosed) this.#trials.start(endpoint);
    return this.#reconcileSoon();
  }

  /** What haproxy is to have by the last plan. */
  wanted(): readonly Server[] {
    const { isFirstAlone } = this.#options;
    const servers = listServers(this.#plan, isFirstAlone, (endpoint) => this.#trials.addressOf(endpoint));
    for (const server of servers) this.#learn(server);
    return servers;
  }

  /** Another haproxy stands in its place, and has these. The returned function ends what the one before it carried. */
  renew(servers: readonly Server[]): () => void {
    this.#present.clear();
    this.#failures.clear();
    for (const { name, weight } of servers) {
      this.#present.set(name, { name, weight, isResting: false, sessions: 0 });
    }
    return this.#sessions.leave();
  }

  /** Looks at how the servers do; tells the pool, and puts right what is not as it should be. Rejects when haproxy is silent. */
  look(): Promise<readonly StatisticsRow[]> {
    const looked = this.#turn.then(() => this.#look());
    // In turn with the changes: an answer from before a change would undo it.
    this.#turn = looked.then(
      () => undefined,
      () => undefined,
    );
    return looked;
  }

  /** Where a server stands that haproxy named. */
  find(name: string): { readonly endpoint: Endpoint; readonly address: string } | undefined {
    return this.#known.get(name);
  }

  /** Ends the sessions of an endpoint, but not those at a place of `except`; returns how many were seen last. */
  resetConnectionsOf(id: string, except: Endpoint | undefined): number {
    const kept = new Set(except === undefined ? [] : placesOf(except));
    return this.#reset(id, ({ address, port }) => !kept.has(namePlace(address, port)));
  }

  /**
   * Ends the sessions at each place of the endpoint that acknowledges nothing on one of them; returns how many were seen last. They
   * cannot be told from one another, and whose kernel is silent to one of them as it is to dials is silent to all.
   */
  async resetUnacknowledged(id: string): Promise<number> {
    const unacknowledged = await Unacknowledged.read();
    return this.#reset(id, ({ address, port }) => unacknowledged.hasRemote(address, port));
  }

  /** Ends the sessions of every server of ours, and of `others`. */
  async resetAll(others: readonly string[]): Promise<void> {
    await Promise.allSettled([...others, ...this.#present.keys()].map((name) => this.#resetSessions(name)));
  }

  /** By id: endpoints that haproxy found dead. */
  listDown(): ReadonlyMap<string, Endpoint> {
    return this.#down;
  }

  /** Nothing is told to the pool any more, but that all sessions have ended. */
  close(): void {
    this.#isClosed = true;
    this.#trials.close();
    this.#sessions.leave()();
  }

  async #look(): Promise<readonly StatisticsRow[]> {
    const rows = parseStatistics(await this.#options.ask('show stat'));
    if (this.#isClosed) return rows;
    const ours = rows.filter(({ proxy, server }) => proxy === this.#options.backend && isOurServer(server));
    const there = new Set(ours.map(({ server }) => server));
    for (const name of this.#present.keys()) if (!there.has(name)) this.#forget(name);
    for (const row of ours) this.#take(row);
    const down = ours.filter(isDown).flatMap(({ server }) => this.#known.get(server)?.endpoint ?? []);
    this.#down = new Map(down.map((endpoint) => [endpoint.id, endpoint]));
    void this.#reconcileSoon();
    return rows;
  }

  #take(row: StatisticsRow): void {
    const { server: name, sessions, total, connectMs } = row;
    const known = this.#known.get(name);
    const weight = this.#present.get(name)?.weight;
    this.#present.set(name, { name, weight, isResting: isResting(row), sessions });
    if (known === undefined) return;
    const opened = this.#sessions.count(name, known.endpointId, { sessions, total });
    const failures = row.connectErrors + row.retries + row.redispatches;
    const failedBefore = this.#failures.get(name) ?? 0;
    this.#failures.set(name, failures);
    if (isResting(row)) return;
    if (isDown(row) || failures > failedBefore) this.#trials.start(known.endpoint);
    else if (opened > 0) this.#options.picker.dialSucceeded(known.endpointId, connectMs);
  }

  #forget(name: string): void {
    this.#present.delete(name);
    this.#known.delete(name);
    this.#failures.delete(name);
    this.#sessions.forget(name);
  }

  #learn(server: Server): void {
    const endpoint = this.#plan.find((planned) => planned.endpoint.id === server.endpointId)?.endpoint;
    if (endpoint !== undefined) this.#known.set(server.name, { ...server, endpoint });
  }

  /** One change of the set at a time; what is asked for meanwhile is one more. */
  #reconcileSoon(): Promise<void> {
    if (this.#queued !== undefined) return this.#queued;
    const queued = this.#turn.then(async () => {
      this.#queued = undefined;
      await this.#reconcile().catch(() => undefined);
    });
    this.#queued = queued;
    this.#turn = queued;
    return queued;
  }

  async #reconcile(): Promise<void> {
    if (this.#isClosed || !this.#isPlanned) return;
    const changes = [...diffServers(this.wanted(), this.#present.values())];
    while (changes.length > 0) {
      const some = changes.splice(0, CHANGES_AT_ONCE);
      const answer = await this.#options.ask(
        some.map((change) => formatChange(this.#options.backend, change)).join('; '),
      );
      const objection = readObjection(answer);
      // The next look shows which of them it obeyed.
      if (objection !== undefined) this.#options.onObjection(objection);
      for (const change of some) {
        switch (change.kind) {
          case 'add': {
            const { name, weight } = change.server;
            this.#present.set(name, { name, weight, isResting: false, sessions: 0 });
            break;
          }
          case 'revive':
          case 'weigh':
            this.#mark(change.name, { weight: change.weight, isResting: false });
            break;
          case 'retire':
            // Nobody knows what it got since the last look.
            this.#mark(change.name, { isResting: true, sessions: 1 });
            break;
          case 'remove':
            this.#mark(change.name, { sessions: 1 });
            break;
          default:
            change satisfies never;
        }
      }
    }
  }

  #mark(name: string, what: Partial<PresentServer>): void {
    const present = this.#present.get(name);
    if (present !== undefined) this.#present.set(name, { ...present, ...what });
  }

  #reset(id: string, isConcerned: (server: Server) => boolean): number {
    let count = 0;
    for (const server of this.#known.values()) {
      if (server.endpointId !== id || !isConcerned(server)) continue;
      count += this.#present.get(server.name)?.sessions ?? 0;
      this.#resetSessions(server.name).catch(() => undefined);
    }
    return count;
  }

  #resetSessions(name: string): Promise<string> {
    return this.#options.ask(`shutdown sessions server ${this.#options.backend}/${name}`);
  }
}
