import { Recent } from '@mdns-ambassador/relay/recent';
import type { BeatLine, ByeLine, PeerService, StateLine } from './line.ts';

/** An origin says something at least this often. */
export const BEAT_MS = 2_500;
/** Who has said nothing for so long is gone: within 10 s, what is lost on the way included. */
export const SILENCE_MS = 9_500;
/** Against a mesh, or a link, that invents origins without end. */
export const MAX_ORIGINS = 256;
/** Who has left is not believed to be back at an older word; the one who left first is forgotten first. */
const MAX_LEFT = 256;

/** Who told something. */
export interface Teller {
  /** Of its hello. */
  readonly node: string;
  /** Where its link comes from: literal, link-local IPv6 with its zone. */
  readonly address: string;
  /** That address is one of this machine. */
  readonly isFromThisHost: boolean;
}

/** What is known of one origin. */
export interface PeerOrigin {
  /** Tells it from all others; in open mode the address is part of it. */
  readonly key: string;
  readonly node: string;
  readonly seq: number;
  /** The number of the state that it announces. */
  readonly stateSeq: number;
  /** When it was heard last, wherever that was. */
  readonly heardAt: number;
  readonly addresses: readonly string[];
  readonly services: readonly PeerService[];
  readonly teller: Teller;
  /** The teller is the origin itself. */
  readonly isDirect: boolean;
}

/** What a word has changed. `stale`: it was known; `foreign`: the teller may not say this; `full`: there is no room for one more origin. */
export type TableChange =
  | { readonly kind: 'changed' | 'alive'; readonly origin: PeerOrigin }
  | { readonly kind: 'left'; readonly origin: PeerOrigin }
  | { readonly kind: 'stale' | 'foreign' | 'full' };

/** What all origins that are heard of announce. Pure: times are milliseconds of one monotonic clock. */
export class PeerTable {
  readonly #self: string;
  readonly #mayPassOn: boolean;
  readonly #origins = new Map<string, PeerOrigin>();
  /** The last word of those who have left, and until when an older one is not believed. */
  readonly #left = new Recent<string, { readonly seq: number; readonly until: number }>(MAX_LEFT);

  /** `mayPassOn`: everybody who tells has proved to be a member, and is believed of others; else each is believed of itself alone. */
  constructor(self: string, mayPassOn: boolean) {
    this.#self = self;
    this.#mayPassOn = mayPassOn;
  }

  get size(): number {
    return this.#origins.size;
  }

  list(): readonly PeerOrigin[] {
    return [...this.#origins.values()];
  }

  /** In open mode each of the places that it is heard from. */
  find(node: string): readonly PeerOrigin[] {
    return this.list().filter((origin) => origin.node === node);
  }

  /** Takes in what somebody says of an origin. What it says of us is no news. */
  take(line: StateLine | BeatLine | ByeLine, teller: Teller, now: number): TableChange {
    if (line.origin === this.#self) return { kind: 'stale' };
    const isDirect = line.origin === teller.node;
    if (!isDirect && !this.#mayPassOn) return { kind: 'foreign' };
    const key = this.#nameOrigin(line.origin, teller.address);
    const known = this.#origins.get(key);
    const left = this.#left.get(key);
    if (left !== undefined && now < left.until && line.seq <= left.seq) return { kind: 'stale' };
    if (known !== undefined && line.seq <= known.seq) return { kind: 'stale' };
    switch (line.kind) {
      case 'bye':
        this.#left.set(key, { seq: line.seq, until: now + 2 * SILENCE_MS });
        if (known === undefined) return { kind: 'stale' };
        this.#origins.delete(key);
        return { kind: 'left', origin: known };
      case 'beat':
        return known === undefined ? { kind: 'stale' } : this.#hear(known, line, teller, isDirect, now);
      case 'state':
        return this.#learn(key, line, teller, isDirect, now);
      default:
        return line satisfies never;
    }
  }

  /** Whatever it says over its link: it lives, and has told there what it announces. `at`: when that was. */
  hear(node: string, address: string, at: number): void {
    const known = this.#origins.get(this.#nameOrigin(node, address));
    if (known !== undefined && known.heardAt < at) this.#origins.set(known.key, { ...known, heardAt: at });
  }

  /** The link with it is no more: who passes on its word may say where it is. */
  detach(node: string, address: string): void {
    for (const origin of this.find(node)) {
      if (!origin.isDirect || origin.teller.address !== address) continue;
      this.#origins.set(origin.key, { ...origin, isDirect: false });
    }
  }

  /** Those that were not heard of for too long, which are forgotten. */
  advance(now: number): readonly PeerOrigin[] {
    const gone = this.list().filter(({ heardAt }) => now - heardAt >= SILENCE_MS);
    for (const { key } of gone) this.#origins.delete(key);
    for (const [key, { until }] of this.#left) if (until <= now) this.#left.delete(key);
    return gone;
  }

  /** When `advance` is to be called; Infinity while nothing is known. */
  nextDeadline(): number {
    let deadline = Number.POSITIVE_INFINITY;
    for (const { heardAt } of this.#origins.values()) deadline = Math.min(deadline, heardAt + SILENCE_MS);
    return deadline;
  }

  #nameOrigin(node: string, address: string): string {
    return this.#mayPassOn ? node : `${node}@${address}`;
  }

  #hear(known: PeerOrigin, { seq, age }: BeatLine, teller: Teller, isDirect: boolean, now: number): TableChange {
    if (age >= SILENCE_MS) return { kind: 'stale' };
    // What was heard directly before tells where it is; who passes a later word on does not.
    const source = known.isDirect && !isDirect ? {} : { teller, isDirect };
    const origin: PeerOrigin = { ...known, ...source, seq, heardAt: Math.max(known.heardAt, now - age) };
    this.#origins.set(origin.key, origin);
    return { kind: 'alive', origin };
  }

  #learn(
    key: string,
    { origin: node, seq, age, addresses, services }: StateLine,
    teller: Teller,
    isDirect: boolean,
    now: number,
  ): TableChange {
    if (age >= SILENCE_MS) return { kind: 'stale' };
    const known = this.#origins.get(key);
    if (known === undefined && this.#origins.size >= MAX_ORIGINS) return { kind: 'full' };
    const source = known?.isDirect === true && !isDirect ? known : { teller, isDirect };
    const origin: PeerOrigin = {
      key,
      node,
      seq,
      stateSeq: seq,
      heardAt: now - age,
      addresses,
      services,
      teller: source.teller,
      isDirect: source.isDirect,
    };
    this.#origins.set(key, origin);
    this.#left.delete(key);
    return { kind: 'changed', origin };
  }
}
