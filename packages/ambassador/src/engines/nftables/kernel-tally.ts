import type { Endpoint } from '../../pool/endpoint.ts';
import { addCounts } from '../counts.ts';
import type { CarriedBytes } from '../engine.ts';
import { Sessions } from '../sessions.ts';
import { countPayload, type PacketCount } from './counters.ts';
import type { Flow } from './flows.ts';
import { type CarriedPlace, nameCarried } from './places.ts';
import { MOST_PLACES, type NumberedPlace } from './rules.ts';

interface TalliedPlace extends NumberedPlace {
  readonly endpoint: Endpoint;
  /** The change of the rules since which nobody is sent there; undefined while it is used. */
  leftAt: number | undefined;
  /** As the kernel carries them now. */
  active: number;
  accepted: number;
  bytesUp: number;
  bytesDown: number;
}

/** What a look has found. */
export interface KernelFinding {
  /** Endpoints that refused a client. */
  readonly refused: ReadonlySet<string>;
  /** Some client's SYN was sent again. */
  readonly isAgain: boolean;
  /** Names of places from which a packet came. */
  readonly heard: ReadonlySet<string>;
}

const NONE: PacketCount = { packets: 0, bytes: 0 };

/** The places that the kernel sends clients to, or did: their numbers in the rules, and what it counted for each. */
export class KernelTally {
  readonly #sessions: Sessions;
  /** By name; those that are not used any more, too, while they carry. */
  readonly #known = new Map<string, TalliedPlace>();
  #changes = 0;
  /** As the kernel has counted last. */
  #counters: ReadonlyMap<string, PacketCount> = new Map();
  /** Of places that are forgotten. */
  #past = { accepted: 0, bytesUp: 0, bytesDown: 0 };
  #active = 0;
  #again = 0;
  #refused = new Set<string>();
  #heard = new Set<string>();
  #isAgain = false;

  constructor(open: (endpointId: string) => () => void) {
    this.#sessions = new Sessions(open);
  }

  /** Second tries: engine node has counted these clients as its own, too. */
  get again(): number {
    return this.#again;
  }

  get total(): { readonly active: number; readonly accepted: number } & CarriedBytes {
    let { accepted, bytesUp, bytesDown } = this.#past;
    for (const known of this.#known.values()) {
      accepted += known.accepted;
      bytesUp += known.bytesUp;
      bytesDown += known.bytesDown;
    }
    return { active: this.#active, accepted: Math.max(0, accepted - this.#again), bytesUp, bytesDown };
  }

  /** The number of a place in the rules; undefined when there is none left. */
  numberOf(place: CarriedPlace): number | undefined {
    const name = nameCarried(place);
    const before = this.#known.get(name);
    if (before !== undefined && before.endpoint.id === place.endpoint.id) return before.number;
    const number = before?.number ?? this.#freeNumber();
    if (number === undefined) return undefined;
    if (before !== undefined) this.#forget(name, before);
    const { address, endpoint } = place;
    const counts = { leftAt: undefined, active: 0, accepted: 0, bytesUp: 0, bytesDown: 0 };
    this.#known.set(name, { number, address, port: endpoint.port, endpoint, ...counts });
    return number;
  }

  /** Whose places these are, by id. */
  listAt(names: ReadonlySet<string>): ReadonlyMap<string, Endpoint> {
    return new Map(
      [...this.#known].flatMap(([name, { endpoint }]) => (names.has(name) ? [[endpoint.id, endpoint] as const] : [])),
    );
  }

  /** How often the rules were changed. */
  get changes(): number {
    return this.#changes;
  }

  /** From the next change on those of `used`, and the others until a look finds that they carry nothing. */
  keep(used: ReadonlySet<string>): readonly NumberedPlace[] {
    for (const [name, known] of this.#known) {
      known.leftAt = used.has(name) ? undefined : (known.leftAt ?? this.#changes + 1);
    }
    return [...this.#known.values()];
  }

  placesOf(id: string): readonly string[] {
    return [...this.#known].filter(([, { endpoint }]) => endpoint.id === id).map(([name]) => name);
  }

  activeAt(name: string): number {
    return this.#known.get(name)?.active ?? 0;
  }

  /** By endpoint, with what engine node carries. */
  addTo(ofNode: ReadonlyMap<string, CarriedBytes>): ReadonlyMap<string, CarriedBytes> {
    const sum = new Map(ofNode);
    for (const { endpoint, bytesUp, bytesDown } of this.#known.values()) {
      sum.set(endpoint.id, addCounts({ bytesUp, bytesDown }, sum.get(endpoint.id)));
    }
    return sum;
  }

  /** The rules were changed; takes in what the kernel has counted by then. */
  change(counters: ReadonlyMap<string, PacketCount>): void {
    this.#changes += 1;
    this.take(counters);
  }

  /** Takes in what the kernel counted. */
  take(counters: ReadonlyMap<string, PacketCount>): void {
    const grown = (name: string): PacketCount => {
      const { packets, bytes } = counters.get(name) ?? NONE;
      const before = this.#counters.get(name) ?? NONE;
      return { packets: Math.max(0, packets - before.packets), bytes: Math.max(0, bytes - before.bytes) };
    };
    for (const [name, known] of this.#known) {
      const down = grown(`down-${known.number}`);
      known.accepted += grown(`new-${known.number}`).packets;
      known.bytesUp += countPayload(grown(`up-${known.number}`));
      known.bytesDown += countPayload(down);
      if (down.packets > 0) this.#heard.add(name);
      if (grown(`refused-${known.number}`).packets > 0) this.#refused.add(known.endpoint.id);
    }
    const again = grown('again').packets;
    this.#again += again;
    this.#isAgain ||= again > 0;
    this.#counters = counters;
  }

  /**
   * Takes in what was counted and what is carried, and tells the pool of connections that opened and ended. `flows`: read
   * after the counters. Where it is not known which place carries a flow, it may be any of them. `changes`:
   * as many as there were before the flows were read; clients may have been sent since to places that were left later.
   */
  look(counters: ReadonlyMap<string, PacketCount>, flows: readonly Flow[], changes: number): KernelFinding {
    this.take(counters);
    const active = new Map<string, number>();
    for (const { place = '' } of flows) active.set(place, (active.get(place) ?? 0) + 1);
    this.#active = flows.length;
    const isSeen = flows.every(({ place }) => place !== undefined);
    for (const [name, known] of this.#known) {
      known.active = active.get(name) ?? 0;
      this.#sessions.count(name, known.endpoint.id, { sessions: known.active, total: known.accepted });
      const wasLeft = known.leftAt !== undefined && known.leftAt <= changes;
      if (isSeen && known.active === 0 && wasLeft) this.#forget(name, known);
    }
    const found = { refused: this.#refused, isAgain: this.#isAgain, heard: this.#heard };
    this.#refused = new Set();
    this.#heard = new Set();
    this.#isAgain = false;
    return found;
  }

  /** The kernel counts from 0 on. */
  renew(): void {
    this.#counters = new Map();
  }

  close(): void {
    this.#sessions.leave()();
    this.#active = 0;
  }

  #forget(name: string, { accepted, bytesUp, bytesDown }: TalliedPlace): void {
    this.#known.delete(name);
    this.#sessions.forget(name);
    this.#past = addCounts(this.#past, { accepted, bytesUp, bytesDown });
  }

  #freeNumber(): number | undefined {
    const taken = new Set([...this.#known.values()].map(({ number }) => number));
    for (let number = 1; number <= MOST_PLACES; number++) if (!taken.has(number)) return number;
    return undefined;
  }
}
