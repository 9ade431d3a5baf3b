import type { BrowseEvent, Instance, InstanceAddress } from '@mdns-ambassador/mdns';
import { isSameTxt } from '@mdns-ambassador/mdns/wire';
import { Recent } from '@mdns-ambassador/relay/recent';

/**
 * For so long after a goodbye on the link nothing that peers say brings an instance back: their word may be older. An announcer that is
 * there after all says so again meanwhile.
 */
export const GOODBYE_MS = 2_000;
/** Instances whose addresses on the link are remembered, and goodbyes; the oldest is forgotten first. */
const MAX_REMEMBERED = 256;

export interface JoinedChange {
  readonly events: readonly BrowseEvent[];
  /** Names that a peer no longer tells of and mDNS still has: to be asked for (RFC 6762 10.4). */
  readonly doubted: readonly string[];
}

/**
 * What mDNS and peers see of one type, as one list: an instance that both see is one, and what the link says counts. Pure: times are
 * milliseconds of one monotonic clock.
 */
export class JoinedInstances {
  readonly #mdns = new Map<string, Instance>();
  #peers: readonly Instance[] = [];
  /** What was told, by id. */
  readonly #told = new Map<string, Instance>();
  /** The ids that instances of peers have. */
  #allotted: ReadonlyMap<string, string | undefined> = new Map();
  /** By name and host: where it was on the link. */
  readonly #seenAt = new Recent<string, readonly InstanceAddress[]>(MAX_REMEMBERED);
  /** By name and host: said goodbye on the link, and until when no peer is believed. */
  readonly #leftUntil = new Recent<string, number>(MAX_REMEMBERED);

  /** Instances of other hosts on the link. */
  get heard(): number {
    const isOther = ({ addresses }: Instance): boolean => addresses.every(({ isFromThisHost }) => !isFromThisHost);
    return [...this.#mdns.values()].filter(isOther).length;
  }

  /** What mDNS says. */
  hear(event: BrowseEvent, now: number): JoinedChange {
    const { instance } = event;
    const id = idOf(instance.name, instance.link);
    if (event.kind === 'leaving') return { events: [event], doubted: [] };
    if (event.kind !== 'removed') {
      const isNew = !this.#told.has(id);
      this.#mdns.set(id, instance);
      this.#seenAt.set(keyOf(instance), instance.addresses);
      this.#leftUntil.delete(keyOf(instance));
      this.#told.set(id, instance);
      const others = this.#settle('expired', now);
      return { events: [{ kind: isNew ? 'added' : 'updated', instance }, ...others], doubted: [] };
    }
    this.#mdns.delete(id);
    if (event.lost === 'goodbye') this.#leftUntil.set(keyOf(instance), now + GOODBYE_MS);
    return { events: this.#settle(event.lost, now, instance), doubted: [] };
  }

  /** What peers tell now, all of it; `lost`: why something may be missing. */
  tell(peers: readonly Instance[], lost: 'goodbye' | 'expired', now: number): JoinedChange {
    const present = new Set(peers.map(keyOf));
    const missing = new Set(this.#peers.map(keyOf).filter((key) => !present.has(key)));
    this.#peers = peers;
    const onLink = [...this.#mdns.values()];
    const doubted = onLink.filter((instance) => missing.has(keyOf(instance))).map(({ name }) => name);
    return { events: this.#settle(lost, now), doubted };
  }

  /** Who said goodbye on the link and is told of all the same comes back. */
  advance(now: number): readonly BrowseEvent[] {
    let isDue = false;
    for (const [key, until] of this.#leftUntil) {
      if (until > now) continue;
      this.#leftUntil.delete(key);
      isDue = true;
    }
    return isDue ? this.#settle('expired', now) : [];
  }

  /** When `advance` has something to do; Infinity for never. */
  nextDeadline(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#leftUntil.values());
  }

  /** Makes what was told what is to be. `removed`: as mDNS told of it last. */
  #settle(lost: 'goodbye' | 'expired' | 'unreachable', now: number, removed?: Instance): readonly BrowseEvent[] {
    const wanted = this.#list(now);
    const events: BrowseEvent[] = [];
    for (const [id, instance] of [...this.#told]) {
      if (wanted.has(id)) continue;
      this.#told.delete(id);
      const last = removed !== undefined && idOf(removed.name, removed.link) === id ? removed : instance;
      events.push({ kind: 'removed', instance: last, lost });
    }
    for (const [id, instance] of wanted) {
      const known = this.#told.get(id);
      if (known !== undefined && isAlike(known, instance)) continue;
      this.#told.set(id, instance);
      events.push({ kind: known === undefined ? 'added' : 'updated', instance });
    }
    return events;
  }

  #list(now: number): ReadonlyMap<string, Instance> {
    const wanted = new Map(this.#mdns);
    const onLink = new Set([...this.#mdns.values()].map(keyOf));
    const allotted = new Map<string, string | undefined>();
    for (const instance of this.#peers) {
      const key = keyOf(instance);
      if (onLink.has(key) || now < (this.#leftUntil.get(key) ?? Number.NEGATIVE_INFINITY)) continue;
      const link = this.#allot(key, instance, wanted);
      allotted.set(key, link);
      const placed = { ...instance, addresses: this.#preferSeen(key, instance.addresses) };
      wanted.set(idOf(instance.name, link), link === undefined ? placed : { ...placed, link });
    }
    this.#allotted = allotted;
    return wanted;
  }

  /** Two of one name on different hosts are two: the later has another link. */
  #allot(key: string, { name, host }: Instance, wanted: ReadonlyMap<string, Instance>): string | undefined {
    const before = this.#allotted.get(key);
    if (this.#allotted.has(key) && !wanted.has(idOf(name, before))) return before;
    if (!wanted.has(idOf(name, undefined))) return undefined;
    return `peer ${host.toLowerCase()}`;
  }

  /** Who was on the link stays where it was, if a peer says so, too: connections to it are to the same place. */
  #preferSeen(key: string, told: readonly InstanceAddress[]): readonly InstanceAddress[] {
    const seen = this.#seenAt.get(key) ?? [];
    return seen.some(({ address }) => told.some((one) => one.address === address)) ? seen : told;
  }
}

function idOf(name: string, link: string | undefined): string {
  return JSON.stringify([name, link ?? null]);
}

function keyOf({ name, host }: Instance): string {
  return JSON.stringify([name, host.toLowerCase()]);
}

function isAlike(a: Instance, b: Instance): boolean {
  return (
    a === b ||
    (a.source === b.source &&
      a.host === b.host &&
      a.port === b.port &&
      a.priority === b.priority &&
      a.weight === b.weight &&
      a.announcer === b.announcer &&
      listPlaces(a) === listPlaces(b) &&
      isSameTxt(a.txt, b.txt))
  );
}

function listPlaces({ addresses }: Instance): string {
  return JSON.stringify(addresses.map(({ address, interfaceName }) => [address, interfaceName]));
}
