import { createMdnsNode, type Decode, hostLabel, type Instance, type MdnsNode } from '@mdns-ambassador/mdns';
import type { ManualClock } from './manual-clock.ts';
import type { MemoryHost } from './memory-network.ts';

export interface SimulatedHostOptions {
  readonly clock: ManualClock;
  readonly random: () => number;
  readonly decode: Decode;
  /** Plugs the host into the LAN. */
  readonly connect: () => MemoryHost;
}

type HostState =
  | { readonly kind: 'down' }
  | { readonly kind: 'up'; readonly node: MdnsNode; readonly network: MemoryHost };

/** A host of a {@link SimulatedLan}: a node that starts, leaves with goodbyes, crashes without, and starts again. */
export class SimulatedHost {
  readonly name: string;
  readonly #options: SimulatedHostOptions;
  readonly #known = new Map<string, Map<string, Instance>>();
  #state: HostState = { kind: 'down' };

  constructor(name: string, options: SimulatedHostOptions) {
    this.name = name;
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#state.kind === 'up';
  }

  /** The node that runs now. Throws when the host is down. */
  get node(): MdnsNode {
    if (this.#state.kind === 'down') throw new Error(`${this.name} is down: start it before its node is used.`);
    return this.#state.node;
  }

  /** A new node, which knows nothing of an earlier one. */
  async start(): Promise<void> {
    if (this.#state.kind === 'up') return;
    const network = this.#options.connect();
    const { clock, random, decode } = this.#options;
    const node = createMdnsNode({ network, clock, random, hostLabel: hostLabel(this.name, random), decode });
    this.#known.clear();
    this.#state = { kind: 'up', node, network };
    await node.start();
  }

  /** Browses and remembers; `knownNames` tells. */
  watch(type: string): void {
    const instances = new Map<string, Instance>();
    this.#known.set(type, instances);
    this.node.browse({ type }, (event) => {
      switch (event.kind) {
        case 'added':
        case 'updated':
        case 'leaving':
          instances.set(event.instance.name, event.instance);
          break;
        case 'removed':
          instances.delete(event.instance.name);
          break;
        default:
          event satisfies never;
      }
    });
  }

  isWatching(type: string): boolean {
    return this.#known.has(type);
  }

  /** What a watched type's browse says now, by name. */
  known(type: string): ReadonlyMap<string, Instance> {
    return this.#known.get(type) ?? new Map();
  }

  /** The names of {@link known}, sorted. */
  knownNames(type: string): readonly string[] {
    return [...this.known(type).keys()].toSorted();
  }

  /** Stops with goodbyes. Time must pass for them to leave. */
  async leave(): Promise<void> {
    if (this.#state.kind === 'down') return;
    const { node } = this.#state;
    this.#state = { kind: 'down' };
    await node.close();
  }

  /** Stops without a word: the cable is out before the node closes. */
  crash(): void {
    if (this.#state.kind === 'down') return;
    const { node, network } = this.#state;
    this.#state = { kind: 'down' };
    for (const { name } of network.interfaces()) network.disconnect(name);
    void node.close();
  }
}
