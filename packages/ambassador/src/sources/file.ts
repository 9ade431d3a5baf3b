import { basename, dirname } from 'node:path';
import { formatPlace } from '@mdns-ambassador/relay';
import type { Endpoint } from '../pool/endpoint.ts';
import { type ListedPlace, parseEndpointList } from './endpoint-list.ts';
import { HostAddresses, type HostLookup } from './host-addresses.ts';
import { createLookingSource, type SourceFinding, type SourceLook } from './looking-source.ts';
import type { Source, SourceTools } from './source.ts';
import type { FileAccess } from './system-files.ts';

export interface FileSourceOptions extends SourceTools, HostLookup {
  readonly service: string;
  readonly path: string;
  readonly files: FileAccess;
}

/** Some file systems tell of no changes (network, container mounts): the file is read this often in any case. */
const POLL_MS = 5_000;
/** A file is often written in several steps. */
const SETTLE_MS = 50;

/**
 * The endpoints that a file lists (YAML or JSON, {@link parseEndpointList}). It is read again when anything of that name is
 * written or renamed in its folder, and every 5 s. A broken or missing file changes nothing; an empty list removes all.
 */
export function createFileSource(options: FileSourceOptions): Source {
  const file = new WatchedFile(options);
  return createLookingSource({
    ...options,
    name: file.source,
    look: (look) => file.look(look),
    watch: (wake) => file.watch(wake),
  });
}

class WatchedFile {
  readonly source: string;
  readonly #options: FileSourceOptions;
  readonly #folder: string;
  readonly #name: string;
  readonly #addresses: HostAddresses;
  #wake = (): void => undefined;
  #stopWatching: (() => void) | undefined;
  #cancelWake: (() => void) | undefined;

  constructor(options: FileSourceOptions) {
    this.#options = options;
    this.#addresses = new HostAddresses(options);
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

  async look({ isVerification, signal }: SourceLook): Promise<SourceFinding> {
    // Before it is read, so that no change falls in between; again for a folder that was not there before.
    if (!signal.aborted) this.#watchFolder();
    const text = await this.#options.files.read(this.#options.path);
    const places = parseEndpointList(text, this.#options.path);
    if (places.length === 0) {
      return { kind: 'none', how: 'removed', reason: `${this.#options.path} lists nobody`, holdsMs: POLL_MS };
    }
    const failure = await this.#addresses.learn(
      places.map(({ host }) => host),
      isVerification,
    );
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

  #describe(place: ListedPlace): readonly Endpoint[] {
    const { host, port, priority, weight, instance } = place;
    const id = `${this.source}/${instance ?? formatPlace(place.host, place.port)}`;
    const addresses = this.#addresses.of(host);
    if (addresses.length === 0) return [];
    const named = instance === undefined ? {} : { instance };
    const { service } = this.#options;
    return [
      { id, service, ...named, addresses, port, priority, weight, secure: false, source: this.source, draining: false },
    ];
  }
}
