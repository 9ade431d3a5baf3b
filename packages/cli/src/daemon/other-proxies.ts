import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { KnownProxy } from '@mdns-ambassador/dns';
import { isServiceName, typeOf } from '@mdns-ambassador/mdns';
import { type Clock, isLoopback, parsePlace } from '@mdns-ambassador/relay';
import { findRunning, type Running } from '../process/running.ts';
import { nameRuntimeFolder, type RuntimeSurroundings } from '../process/runtime-folder.ts';
import { isNamedBy } from './named-proxy.ts';

const LOOK_MS = 1_000;

export interface OtherProxiesOptions {
  readonly surroundings: RuntimeSurroundings;
  /** Of this process, which knows its own. */
  readonly pid: number;
  readonly clock: Clock;
  /** `list` returns another list now. */
  readonly onChange: () => void;
}

/**
 * The services that this user's other processes proxy on this machine, looked at every second. Empty on Windows, where whoever
 * opened a pipe can't be told.
 */
export class OtherProxies {
  readonly #options: OtherProxiesOptions;
  #proxies: readonly KnownProxy[] = [];
  #cancel: () => void = () => undefined;
  #isClosed = false;

  constructor(options: OtherProxiesOptions) {
    this.#options = options;
  }

  list(): readonly KnownProxy[] {
    return this.#proxies;
  }

  start(): void {
    if (this.#options.surroundings.platform !== 'win32') void this.#look();
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const { surroundings, pid, clock, onChange } = this.#options;
    const { path } = nameRuntimeFolder(surroundings);
    const found = await findRunning(surroundings);
    if (this.#isClosed) return;
    // Others may have written into folders of their own, which root reads, too.
    const own = found.filter((running) => running.pid !== pid && dirname(running.path) === path);
    const proxies = readProxies(own);
    if (!isDeepStrictEqual(proxies, this.#proxies)) {
      this.#proxies = proxies;
      onChange();
    }
    this.#cancel = clock.after(LOOK_MS, () => void this.#look());
  }
}

/** Where the services of these processes are reached on loopback; of two of a name the first counts. */
export function readProxies(running: readonly Running[]): readonly KnownProxy[] {
  const services = running.flatMap((one) =>
    one.kind === 'answered'
      ? one.status.services.map(({ service, listen }) => ({ service, listen, command: one.status.command }))
      : [],
  );
  const proxies = new Map<string, KnownProxy>();
  for (const { service, listen, command } of services) {
    const places = listen.flatMap((place) => parsePlace(place) ?? []).filter(({ host }) => isLoopback(host));
    const [first] = places;
    if (first === undefined || !isServiceName(service) || proxies.has(service)) continue;
    const addresses = places.filter(({ port }) => port === first.port).map(({ host }) => host);
    const proxy = { service, type: typeOf(service), port: first.port, addresses };
    if (isNamedBy(command, proxy)) proxies.set(service, proxy);
  }
  return [...proxies.values()];
}
