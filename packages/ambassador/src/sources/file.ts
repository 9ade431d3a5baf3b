import { basename, dirname } from 'node:path';
import type { Clock } from '@mdns-ambassador/mdns';
import { isEndpointAddress } from '../address-policy.ts';
import type { Endpoint } from '../pool/endpoint.ts';
import type { Random } from '../pool/random.ts';
import { type ListedPlace, parseEndpointList } from './endpoint-list.ts';
import { createLookingSource, type Finding, type Look } from './looking-source.ts';
import { formatPlace, isLiteral } from './place.ts';
import type { Source } from './source.ts';
import type { SourceHealth } from './source-health.ts';
import type { Lookup } from './static.ts';
import type { FileAccess } from './system-files.ts';

export interface FileSourceOptions {
  readonly service: string;
  readonly path: string;
  readonly files: FileAccess;
  /** For host names in the file. */
  readonly lookup: Lookup;
  readonly clock: Clock;
  readonly random: Random;
  readonly onHealth?: (health: SourceHealth) => void;
}

/** Some file systems tell of no changes (network, container mounts): the file is read this often in any case. */
const POLL_MS = 5_000;
/** A file is often written in several steps. */
const SETTLE_MS = 50;
/** Host names are looked up anew this often, and when a dial failed. */
const LOOKUP_MS = 30_000;
const MAX_ADDRESSES = 8;

/**
 * The endpoints that a file lists (YAML or JSON, {@link parseEndpointList}). It is read again when anything of that name is
 * written or renamed in its folder, and every 5 s. A broken or missing file changes nothing; an empty list removes all.
 */
export function createFileSource(options: FileSourceOptions): Source {
  const file = new WatchedFile(options);
  const { clock, random, onHealth } = options;
  return createLookingSource({
    name: file.source,
    clock,
    random,
    onHealth,
    look: (look) => file.look(look),
    watch: (wake) => file.watch(wake),
  });
}

class WatchedFile {
  readonly source: string;
  readonly #options: FileSourceOptions;
  readonly #folder: string;
  readonly #name: string;
  readonly #addresses = new Map<string, readonly string[]>();
  #lookedUpAt = Number.NEGATIVE_INFINITY;
  #wake = (): void => undefined;
  #stopWatching: (() => void) | undefined;
  #cancelWake: (() => void) | undefined;

  constructor(options: FileSourceOptions) {
    this.#options = options;
    this.source = `file:${options.path}`;
    this.#folder = dirname(options.path);
    this.#name = basename(options.path);
  }

  watch(wake: () => void): () => void {
    this.#wake = wake;
    return () => {
      this.#wake = () => undefined;
      this.#cancelWake?.();
      this.#stopWatching?.();
    };
  }

  async look({ isVerification, signal }: Look): Promise<Finding> {
    // Before it is read, so that no change falls in between; again for a folder that was not there before.
    if (!signal.aborted) this.#watchFolder();
    const text = await this.#options.files.read(this.#options.path);
    const places = parseEndpointList(text, this.#options.path);
    if (places.length === 0) {
      return { kind: 'none', how: 'removed', reason: `${this.#options.path} lists nobody`, holdsMs: POLL_MS };
    }
    const failure = await this.#lookUp(places, isVerification);
    const endpoints = places.flatMap((place) => this.#describe(place));
    if (endpoints.length === 0) return { kind: 'unknown', reason: failure ?? 'none of its addresses may be dialled' };
    return { kind: 'found', endpoints, holdsMs: POLL_MS, doubt: failure };
  }

  #watchFolder(): void {
    if (this.#stopWatching !== undefined) return;
    try {
      this.#stopWatching = this.#options.files.watch(
        this.#folder,
        (name) => this.#noticeChange(name),
        () => {
          this.#stopWatching = undefined;
        },
      );
    } catch {
      // Reading every few seconds goes on.
    }
  }

  /** Also of `..data`: Kubernetes replaces a folder of that name, and the file is a link into it. */
  #noticeChange(name: string | undefined): void {
    if (name !== undefined && name !== this.#name && !name.startsWith('..')) return;
    this.#cancelWake ??= this.#options.clock.after(SETTLE_MS, () => {
      this.#cancelWake = undefined;
      this.#wake();
    });
  }

  /** Fills in the addresses of host names; why one has none, if so. One that can't be looked up keeps what it had. */
  async #lookUp(places: readonly ListedPlace[], isVerification: boolean): Promise<string | undefined> {
    const names = new Set(places.map(({ host }) => host).filter((host) => !isLiteral(host)));
    for (const host of this.#addresses.keys()) if (!names.has(host)) this.#addresses.delete(host);
    const now = this.#options.clock.now();
    const isDue = isVerification || now - this.#lookedUpAt >= LOOKUP_MS;
    const wanted = [...names].filter((host) => isDue || !this.#addresses.has(host));
    if (isDue) this.#lookedUpAt = now;
    let failure: string | undefined;
    const lookUpOne = async (host: string): Promise<void> => {
      try {
        const addresses = [...new Set(await this.#options.lookup(host))].filter(isEndpointAddress).sort();
        if (addresses.length === 0) failure ??= `${host} has no address that may be dialled`;
        else this.#addresses.set(host, addresses.slice(0, MAX_ADDRESSES));
      } catch {
        failure ??= `${host} can't be looked up`;
      }
    };
    await Promise.all(wanted.map(lookUpOne));
    return failure;
  }

  #describe(place: ListedPlace): readonly Endpoint[] {
    const { host, port, priority, weight, instance } = place;
    const id = `${this.source}/${instance ?? formatPlace(place)}`;
    const addresses = isLiteral(host) ? [host].filter(isEndpointAddress) : (this.#addresses.get(host) ?? []);
    if (addresses.length === 0) return [];
    const named = instance === undefined ? {} : { instance };
    const { service } = this.#options;
    return [
      { id, service, ...named, addresses, port, priority, weight, secure: false, source: this.source, draining: false },
    ];
  }
}
