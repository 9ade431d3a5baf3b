import type { Endpoint, Wake } from '@mdns-ambassador/ambassador';
import { type Clock, isLoopback, stripZone } from '@mdns-ambassador/relay';
import type { Neighbour } from '../neighbours.ts';
import type { KnownMachines } from './known-machines.ts';

/** A packet may be lost, and a link takes a moment to come up. */
const AGAIN_MS = 5_000;
const MOST_PACKETS = 6;
/** How often the same address is asked for its hardware's. */
const LEARN_MS = 60_000;
const MOST_LEARNED = 256;

export interface WakerOptions {
  readonly service: string;
  /** A hardware address, or `auto`: those of machines that were reached before. */
  readonly wake: string;
  readonly clock: Clock;
  readonly machines: Pick<KnownMachines, 'find' | 'keep'>;
  /** The table of the link layer; undefined where it can't be read. Never rejects. */
  readonly readNeighbours: () => Promise<readonly Neighbour[] | undefined>;
  /** Sends the packet on every link; returns their names. Never throws. */
  readonly send: (mac: string) => readonly string[];
  /** `macs`: empty where none is known yet. */
  readonly onWaking: (macs: readonly string[], links: readonly string[]) => void;
}

/** Wakes machines by the magic packet while clients wait for them. */
export class Waker implements Wake {
  readonly #options: WakerOptions;
  /** By address: when it was looked up. */
  readonly #learnedAt = new Map<string, number>();
  /** By hardware address: what stops its packets. */
  readonly #waking = new Map<string, () => void>();
  #isUnknownTold = false;
  #isClosed = false;

  constructor(options: WakerOptions) {
    this.#options = options;
  }

  reached(_endpoint: Endpoint, address: string): void {
    this.#stop();
    const { wake, clock } = this.#options;
    const now = clock.now();
    const at = this.#learnedAt.get(address) ?? Number.NEGATIVE_INFINITY;
    if (wake !== 'auto' || isLoopback(address) || now - at < LEARN_MS) return;
    if (this.#learnedAt.size >= MOST_LEARNED) this.#learnedAt.clear();
    this.#learnedAt.set(address, now);
    void this.#learn(stripZone(address));
  }

  needed(endpoints: readonly Endpoint[]): void {
    if (this.#isClosed) return;
    const macs = this.#find(endpoints);
    const { onWaking } = this.#options;
    if (macs.length === 0 && !this.#isUnknownTold) onWaking([], []);
    this.#isUnknownTold = macs.length === 0;
    const fresh = macs.filter((mac) => !this.#waking.has(mac));
    const links = fresh.flatMap((mac) => this.#begin(mac));
    if (fresh.length > 0) onWaking(fresh, [...new Set(links)]);
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  #find(endpoints: readonly Endpoint[]): readonly string[] {
    const { wake, machines, service } = this.#options;
    if (wake !== 'auto') return [wake];
    const known = machines.find(service);
    const addresses = new Set(endpoints.flatMap((endpoint) => endpoint.addresses.map(stripZone)));
    const named = known.filter(({ address }) => addresses.has(address));
    // Whoever has another address now is among those that were known.
    return [...new Set((named.length > 0 ? named : known).map(({ mac }) => mac))];
  }

  #begin(mac: string): readonly string[] {
    const { clock, send } = this.#options;
    let sent = 1;
    const again = (): void => {
      sent += 1;
      send(mac);
      this.#waking.set(mac, clock.after(AGAIN_MS, sent < MOST_PACKETS ? again : () => this.#waking.delete(mac)));
    };
    this.#waking.set(mac, clock.after(AGAIN_MS, again));
    return send(mac);
  }

  #stop(): void {
    for (const cancel of this.#waking.values()) cancel();
    this.#waking.clear();
  }

  async #learn(address: string): Promise<void> {
    const { machines, service, readNeighbours } = this.#options;
    const neighbour = (await readNeighbours())?.find((one) => one.address === address);
    if (neighbour?.mac === undefined || this.#isClosed) return;
    const { mac } = neighbour;
    const isKnown = machines.find(service).some((known) => known.address === address && known.mac === mac);
    if (!isKnown) machines.keep({ service, address, mac });
  }
}
