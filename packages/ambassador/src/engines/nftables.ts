import { type DrainOutcome, isLoopback, type Target, Unacknowledged } from '@mdns-ambassador/relay';
import { AmbassadorError } from '../ambassador-error.ts';
import { type Endpoint, placesOf } from '../pool/endpoint.ts';
import type { PlannedEndpoint } from '../pool/plan.ts';
import type { ProxyOptions } from '../proxy-options.ts';
import { addCounts, NO_COUNTERS } from './counts.ts';
import type {
  CarriedBytes,
  EndpointPicker,
  Engine,
  EngineCounters,
  EngineEvent,
  EngineSurroundings,
} from './engine.ts';
import { Dispatch } from './nftables/dispatch.ts';
import { canReadPlaces, type Flow, readFlows } from './nftables/flows.ts';
import { Guard, nameTable } from './nftables/guard.ts';
import { KernelTally } from './nftables/kernel-tally.ts';
import { killFlows } from './nftables/kill-flows.ts';
import { Looks, restAfter, wait } from './nftables/looks.ts';
import { NeighbourWatch } from './nftables/neighbour-watch.ts';
import { askNeighbours, readNeighbours } from './nftables/neighbours.ts';
import { findNft } from './nftables/nft.ts';
import { OwnedTable } from './nftables/owned-table.ts';
import { readPlace } from './nftables/places.ts';
import { ProvenAddresses } from './nftables/proven-addresses.ts';
import type { ListeningPlace } from './nftables/rules.ts';
import { Ways } from './nftables/ways.ts';
import { createNodeEngine, type NodeEngineOptions } from './node.ts';

const DRAIN_LOOK_MS = 50;
const PLACES_UNKNOWN =
  'engine nftables cannot read /proc/net/nf_conntrack (run as root): it does not know which instance carries which connection, so those of an instance are not counted, and who waits in silence at a lost one is not reset';

export type NftablesEngineOptions = NodeEngineOptions & Pick<ProxyOptions, 'balance' | 'drainTimeoutMs'>;

/**
 * The kernel of Linux carries the connections to 127.0.0.1: rules of nftables send each to a proven endpoint by the plan. Engine node
 * listens at the same places and takes whom the rules do not: where there is no proven IPv4 endpoint, and each second try. A
 * `CreateEngine`.
 */
export function createNftablesEngine(
  options: NftablesEngineOptions,
  picker: EndpointPicker,
  onEvent: (event: EngineEvent) => void = () => {},
  surroundings: EngineSurroundings = {},
): Engine {
  return new NftablesEngine(options, picker, onEvent, surroundings);
}

class NftablesEngine implements Engine {
  readonly #options: NftablesEngineOptions;
  readonly #onEvent: (event: EngineEvent) => void;
  readonly #node: Engine;
  readonly #proven: ProvenAddresses;
  readonly #tally: KernelTally;
  readonly #looks = new Looks(() => this.#look());
  readonly #neighbours = new NeighbourWatch();
  #listening: readonly ListeningPlace[] = [];
  #table: OwnedTable | undefined;
  #guard: Guard | undefined;
  #ways: Ways | undefined;
  #dispatch: Dispatch | undefined;
  #plan: readonly PlannedEndpoint[] = [];
  #flows: readonly Flow[] = [];
  /** Endpoints that acknowledge nothing of what a client sends, or whose host does not answer, as the last look found. */
  #unanswered: ReadonlyMap<string, Endpoint> = new Map();
  #stopped: Promise<void> | undefined;
  #drained: Promise<DrainOutcome> | undefined;
  #closed: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(
    options: NftablesEngineOptions,
    picker: EndpointPicker,
    onEvent: (event: EngineEvent) => void,
    surroundings: EngineSurroundings,
  ) {
    this.#options = options;
    this.#onEvent = onEvent;
    this.#proven = new ProvenAddresses(picker, () => void this.#dispatch?.apply());
    this.#tally = new KernelTally((id) => picker.opened(id));
    this.#node = createNodeEngine(
      this.#shareLimit(options),
      this.#watch(picker),
      (event) => onEvent(this.#correct(event)),
      surroundings,
    );
  }

  get counters(): EngineCounters {
    const { total, again } = this.#tally;
    return addCounts(this.#node.counters, { ...NO_COUNTERS, ...total, retried: again });
  }

  listCarried(): ReadonlyMap<string, CarriedBytes> {
    return this.#tally.addTo(this.#node.listCarried?.() ?? new Map());
  }

  /** Rejects with an AmbassadorError, too: no nft, no capability, or nowhere to listen at that the kernel can do it for. */
  async start(): Promise<readonly Target[]> {
    const nft = findNft();
    try {
      const bound = await this.#node.start();
      this.#listening = bound.flatMap((at) =>
        at.kind === 'tcp' && isLoopback(at.address) && !at.address.includes(':') ? [at] : [],
      );
      const [first] = this.#listening;
      if (first === undefined) {
        throw new AmbassadorError(
          'NFTABLES_REFUSED',
          'engine nftables carries what connects to 127.0.0.1, where this proxy does not listen; listen there, or write engine node',
        );
      }
      await this.#startTables(nft, nameTable(first.port));
      this.#looks.start();
      return bound;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  sync(plan: readonly PlannedEndpoint[]): Promise<void> {
    this.#plan = plan;
    if (this.#stopped === undefined) this.#proven.follow(plan);
    return this.#dispatch?.follow(plan) ?? Promise.resolve();
  }

  resetConnectionsOf(id: string, except?: Endpoint): number {
    const kept = new Set(except === undefined ? [] : placesOf(except));
    const names = this.#tally.placesOf(id).filter((name) => !kept.has(name));
    const count = names.reduce((sum, name) => sum + this.#tally.activeAt(name), 0);
    if (names.length > 0) void this.#resetAt(names);
    return count + this.#node.resetConnectionsOf(id, except);
  }

  listUnanswered(): ReadonlyMap<string, Endpoint> {
    return new Map([...this.#unanswered, ...this.#node.listUnanswered()]);
  }

  async resetUnacknowledged(id: string): Promise<number> {
    const names = this.#tally.placesOf(id);
    const flows = (await readFlows(this.#listening)).filter(({ place = '' }) => names.includes(place));
    const silent = new Set(await listUnacknowledged(flows));
    await this.#lookForNeighbours();
    const lost = this.#neighbours.listLost(performance.now()).filter((name) => names.includes(name));
    if (lost.length > 0) await this.#dispatch?.lose(lost.map(readPlace));
    const count = await killFlows(flows.filter((flow) => silent.has(flow) || lost.includes(flow.place ?? '')));
    for (const name of lost) this.#neighbours.forget(name);
    return count + (await this.#node.resetUnacknowledged(id));
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

  /** Engine node takes so many as the kernel leaves it of the limit. */
  #shareLimit(options: NodeEngineOptions): NodeEngineOptions {
    const tally = this.#tally;
    return {
      ...options,
      get maxConnections() {
        return Math.max(0, options.maxConnections - tally.total.active);
      },
    };
  }

  #correct(event: EngineEvent): EngineEvent {
    return event.kind === 'connections-full' ? { ...event, limit: this.counters.active } : event;
  }

  get #isFull(): boolean {
    return this.counters.active >= this.#options.maxConnections;
  }

  /** What engine node is asked or told is a sign of what the kernel could not do. */
  #watch(picker: EndpointPicker): EndpointPicker {
    return {
      pick: (request) => {
        this.#looks.wake();
        return picker.pick(request);
      },
      mayDial: (id) => picker.mayDial?.(id) !== false,
      waitForEndpoint: (signal) => picker.waitForEndpoint(signal),
      opened: (id) => picker.opened(id),
      dialSucceeded: (id, latencyMs, reached) => {
        picker.dialSucceeded(id, latencyMs, reached);
        if (reached !== undefined) this.#proven.reached(id, reached.address);
      },
      dialFailed: (id, failure) => picker.dialFailed(id, failure),
      dialSilent: (id) => picker.dialSilent?.(id),
    };
  }

  /** First the table that goes with its nft, so that nobody takes the guard for one that was left. */
  async #startTables(nft: string, name: string): Promise<void> {
    const onTrouble = (message: string): void => this.#onEvent({ kind: 'engine-changed', message });
    const table = new OwnedTable({
      nft,
      name,
      onMade: async () => {
        this.#tally.renew();
        this.#dispatch?.forget();
        await this.#guard?.renew();
        await this.#dispatch?.apply();
      },
      onTrouble,
    });
    this.#table = table;
    await table.start();
    const listening = this.#listening;
    const { balance, drainTimeoutMs } = this.#options;
    const guard = await Guard.start({ nft, table: name, listening, drainTimeoutMs, onTrouble });
    this.#guard = guard;
    const ways = new Ways(guard, onTrouble);
    this.#ways = ways;
    this.#dispatch = new Dispatch({
      table,
      name,
      listening,
      balance,
      tally: this.#tally,
      findAddress: async (endpoint) => {
        const address = this.#proven.addressOf(endpoint);
        return address !== undefined && (await ways.leadTo(address)) ? address : undefined;
      },
      isClosed: () => this.#stopped !== undefined || this.#isFull,
      onTrouble,
    });
    await this.#dispatch.follow(this.#plan);
    if (!(await canReadPlaces())) onTrouble(PLACES_UNKNOWN);
  }

  async #look(): Promise<void> {
    const session = this.#table?.session;
    const guard = this.#guard;
    if (session === undefined || guard === undefined) return;
    const [counters, isGuarded] = await Promise.all([session.run(), session.hasTable(guard.table)]);
    const { isRenewed, isShut } = await guard.keep(isGuarded);
    if (isRenewed) {
      const message = 'somebody removed the table that guards 127.0.0.1 (nft flush ruleset?); it is there again';
      this.#onEvent({ kind: 'engine-changed', message });
    }
    // After the counters: who is counted and is no flow has ended.
    const { changes } = this.#tally;
    const flows = await readFlows(this.#listening);
    this.#flows = flows;
    const { refused, isAgain, heard } = this.#tally.look(counters, flows, changes);
    this.#neighbours.hear(new Set(flows.flatMap(({ place }) => place ?? [])), heard, performance.now());
    await this.#lookForNeighbours();
    const silent = (await listUnacknowledged(flows)).flatMap(({ place }) => place ?? []);
    this.#unanswered = this.#tally.listAt(new Set([...silent, ...this.#neighbours.listSilent()]));
    const isBlocked = this.#ways?.takeBlocked() === true;
    if (isShut || isBlocked || this.#dispatch?.isLate === true) void this.#dispatch?.apply();
    if (this.#stopped !== undefined) return;
    // Nobody knows whose silence it was.
    for (const { endpoint, isUsed } of this.#plan) {
      if (isUsed && (isAgain || refused.has(endpoint.id))) this.#proven.doubt(endpoint);
    }
  }

  async #lookForNeighbours(): Promise<void> {
    const now = performance.now();
    if (this.#neighbours.isAnyQuiet(now)) await askNeighbours(this.#neighbours.look(await readNeighbours(), now));
  }

  /** At once for what is said there, and for who waits in silence as soon as the kernel has told who they are. */
  async #resetAt(names: readonly string[]): Promise<void> {
    const applied = this.#dispatch?.lose(names.map(readPlace));
    const flows = await readFlows(this.#listening);
    await killFlows(flows.filter(({ place = '' }) => names.includes(place)));
    await applied;
    await this.#look().catch(() => undefined);
  }

  async #stopListening(): Promise<void> {
    // First the kernel: what comes then finds engine node's socket, or none.
    await Promise.resolve();
    await this.#dispatch?.apply();
    this.#flows = await readFlows(this.#listening);
    await this.#node.stopListening();
  }

  async #drain(timeoutMs: number): Promise<DrainOutcome> {
    await this.stopListening();
    const deadline = performance.now() + timeoutMs;
    const ofNode = this.#node.drain(timeoutMs);
    // Another ambassador may listen here by now: only these are ours.
    const ours = new Set(this.#flows.map(nameFlow));
    const before = ours.size;
    const listOurs = async (): Promise<readonly Flow[]> => {
      return ours.size === 0 ? [] : (await readFlows(this.#listening)).filter((flow) => ours.has(nameFlow(flow)));
    };
    const { signal } = this.#closing;
    let startedAt = performance.now();
    let left = await listOurs();
    while (left.length > 0 && !signal.aborted && performance.now() < deadline) {
      const restMs = restAfter(performance.now() - startedAt, DRAIN_LOOK_MS);
      await wait(Math.min(restMs, Math.max(1, deadline - performance.now())), signal);
      startedAt = performance.now();
      left = await listOurs();
    }
    await killFlows(left);
    const { finished, reset } = await ofNode;
    await this.#look().catch(() => undefined);
    return { finished: finished + before - left.length, reset: reset + left.length };
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.drain(0), this.#node.close()]);
    await this.#looks.close();
    await this.#dispatch?.apply();
    this.#proven.close();
    this.#tally.close();
    await this.#guard?.close();
    await this.#table?.close();
  }
}

/** Those whose clients' kernel has sent again and again what nobody acknowledges. */
async function listUnacknowledged(flows: readonly Flow[]): Promise<readonly Flow[]> {
  if (flows.every(({ place }) => place === undefined)) return [];
  const unacknowledged = await Unacknowledged.read();
  return flows.filter(({ clientAddress, clientPort, listening: { address, port } }) =>
    unacknowledged.has({
      localAddress: clientAddress,
      localPort: clientPort,
      remoteAddress: address,
      remotePort: port,
    }),
  );
}

function nameFlow({ clientAddress, clientPort, place = '' }: Flow): string {
  return `${clientAddress} ${clientPort} ${place}`;
}
