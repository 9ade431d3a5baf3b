import type { FolderEvent, FolderWatch, Registry } from '@mdns-ambassador/registries';
import { formatPlace } from '@mdns-ambassador/relay';
import type { Endpoint } from '../pool/endpoint.ts';
import { HostAddresses, type HostLookup } from './host-addresses.ts';
import { type InstanceFilter, matchesFilter } from './instance-filter.ts';
import { createLookingSource, type SourceFinding, type SourceLook } from './looking-source.ts';
import { type RegisteredPlace, readRegisteredValue } from './registry-value.ts';
import type { Source, SourceTools } from './source.ts';

/** Entries that no endpoint could be read from; told when there are others, or more. */
export interface SkippedEntries {
  readonly source: string;
  readonly count: number;
  /** The first of them, and what is wrong with it. */
  readonly entry: string;
  readonly reason: string;
}

export interface RegistrySourceOptions extends InstanceFilter, SourceTools, HostLookup {
  readonly service: string;
  readonly registry: Registry;
  readonly onSkipped?: (skipped: SkippedEntries) => void;
}

/**
 * The endpoints that stand in a folder of a registry, each known by its place: an entry that is written anew under another name
 * is the same endpoint. When the registry can't be asked, what it told is kept as stale. The source owns the registry.
 */
export function createRegistrySource(name: string, folder: string, options: RegistrySourceOptions): Source {
  const follower = new FolderFollower(name, folder, options);
  const source = createLookingSource({
    ...options,
    name,
    look: (look) => follower.look(look),
    watch: (wake) => follower.watch(wake),
  });
  return {
    name,
    start: (onUpdate) => source.start(onUpdate),
    verify: (id) => source.verify(id),
    async close() {
      await source.close();
      await options.registry.close();
    },
  };
}

class FolderFollower {
  readonly #name: string;
  readonly #folder: string;
  readonly #options: RegistrySourceOptions;
  readonly #addresses: HostAddresses;
  #latest: FolderEvent | undefined;
  #skipped = '';
  #watch: FolderWatch | undefined;
  #onFirst: () => void = () => undefined;

  constructor(name: string, folder: string, options: RegistrySourceOptions) {
    this.#name = name;
    this.#folder = folder;
    this.#options = options;
    this.#addresses = new HostAddresses(options);
  }

  watch(wake: () => void): () => void {
    this.#watch = this.#options.registry.follow(this.#folder, (event) => {
      this.#latest = event;
      this.#onFirst();
      wake();
    });
    return () => {
      this.#watch?.close();
      this.#onFirst();
    };
  }

  async look({ isVerification, signal }: SourceLook): Promise<SourceFinding> {
    if (isVerification) this.#watch?.refresh();
    if (this.#latest === undefined && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#onFirst = resolve;
      });
    }
    const latest = this.#latest;
    if (latest === undefined) return { kind: 'unknown', reason: 'nothing was heard' };
    switch (latest.kind) {
      case 'read':
        return await this.#describeAll(latest, isVerification);
      case 'lost':
        return { kind: 'unknown', reason: latest.reason, isStale: true };
      default:
        return latest satisfies never;
    }
  }

  async #describeAll(read: Extract<FolderEvent, { kind: 'read' }>, isVerification: boolean): Promise<SourceFinding> {
    const places = this.#readPlaces(read);
    const failure = await this.#addresses.learn(
      places.map(({ host }) => host),
      isVerification,
    );
    // Where some have a weight, those without have nerve's default; where none has, all are equal.
    const defaultWeight = places.some(({ weight }) => weight !== undefined) ? 1 : 0;
    const endpoints = places.flatMap((place) => this.#describe(place, defaultWeight));
    if (endpoints.length > 0) return { kind: 'found', endpoints, holdsMs: this.#addresses.holdsMs, doubt: failure };
    if (failure !== undefined) return { kind: 'unknown', reason: failure };
    const reason = read.isMissing ? `there is no ${this.#folder}` : `${this.#folder} lists nobody`;
    return { kind: 'none', how: 'removed', reason, holdsMs: this.#addresses.holdsMs };
  }

  /** One for each place: the first. */
  #readPlaces({ entries }: Extract<FolderEvent, { kind: 'read' }>): readonly RegisteredPlace[] {
    const places = new Map<string, RegisteredPlace>();
    const bad: { readonly entry: string; readonly reason: string }[] = [];
    for (const { name, value } of entries) {
      const read = readRegisteredValue(value);
      if (read.kind === 'bad') bad.push({ entry: name, reason: read.reason });
      if (read.kind !== 'place' || !this.#isWanted(read.place)) continue;
      const key = formatPlace(read.place.host, read.place.port);
      if (!places.has(key)) places.set(key, read.place);
    }
    this.#tellSkipped(bad);
    return [...places.values()];
  }

  #isWanted({ instance, labels }: RegisteredPlace): boolean {
    const encoder = new TextEncoder();
    const txt = new Map([...labels].map(([key, value]) => [key, encoder.encode(value)]));
    return matchesFilter({ name: instance ?? '', txt }, this.#options);
  }

  #tellSkipped(bad: readonly { readonly entry: string; readonly reason: string }[]): void {
    const key = JSON.stringify(bad.map(({ entry }) => entry));
    const [first] = bad;
    if (key === this.#skipped) return;
    this.#skipped = key;
    if (first !== undefined) this.#options.onSkipped?.({ source: this.#name, count: bad.length, ...first });
  }

  #describe(place: RegisteredPlace, defaultWeight: number): readonly Endpoint[] {
    const addresses = this.#addresses.of(place.host);
    if (addresses.length === 0) return [];
    const { port, priority, weight = defaultWeight, instance, isDraining: draining } = place;
    const id = `${this.#name}/${formatPlace(place.host, place.port)}`;
    const named = instance === undefined ? {} : { instance };
    const { service } = this.#options;
    return [{ id, service, ...named, addresses, port, priority, weight, secure: false, source: this.#name, draining }];
  }
}
