import { type Clock, errorMessage } from '@mdns-ambassador/relay';
import { backoffMs } from '@mdns-ambassador/relay/backoff';
import { KeptEntry } from '../kept-entry.ts';
import type { EntryEvent, FolderEvent, FolderWatch, HeldEntry, Registry } from '../registry.ts';
import { RETRY } from '../retry.ts';
import { limitTime } from '../time-limit.ts';
import { EtcdClient } from './client.ts';
import { EtcdFolder } from './folder.ts';
import type { EtcdTransport } from './transport.ts';

export interface EtcdRegistryOptions {
  readonly transport: EtcdTransport & { close(): void };
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** `USER:PASSWORD`, asked for at each login. Absent: no login. */
  readonly login?: (() => string) | undefined;
}

/** An entry whose process is gone ends after this. */
const LEASE_SECONDS = 10;
const KEEPALIVE_MS = (LEASE_SECONDS * 1_000) / 3;
/** Who closes waits this long for etcd to hear of it. */
const CLOSE_LIMIT_MS = 1_500;

/** Keys under a prefix are the entries; ours hang on one lease, which is replaced when it was lost. */
export function createEtcdRegistry(options: EtcdRegistryOptions): Registry {
  return new EtcdRegistry(options);
}

class EtcdRegistry implements Registry {
  readonly #options: EtcdRegistryOptions;
  readonly #client: EtcdClient;
  readonly #stop = new AbortController();
  readonly #folders = new Set<EtcdFolder>();
  /** Each with its key. */
  readonly #entries = new Map<KeptEntry, string>();
  #lease: string | undefined;
  #failures = 0;
  /** What is known of the lease's keeping; undefined before the first attempt. */
  #trouble: string | undefined;
  #cancelNext: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: EtcdRegistryOptions) {
    this.#options = options;
    this.#client = new EtcdClient(options);
  }

  follow(path: string, onEvent: (event: FolderEvent) => void): FolderWatch {
    const { clock, random } = this.#options;
    const client = this.#client;
    const prefix = `${path}/`;
    const folder = new EtcdFolder({
      prefix,
      client,
      clock,
      random,
      onEvent,
      onClose: () => this.#folders.delete(folder),
    });
    if (this.#closed !== undefined) return folder;
    this.#folders.add(folder);
    folder.start();
    return folder;
  }

  hold(folder: string, name: string, onEvent: (event: EntryEvent) => void): HeldEntry {
    const key = `${folder}/${name}`;
    const { clock, random } = this.#options;
    const { signal } = this.#stop;
    const entry = new KeptEntry({
      write: async (text) => {
        if (this.#lease === undefined) throw new Error('there is no lease');
        await this.#client.put(key, text, this.#lease, signal);
      },
      remove: () => this.#client.remove(key, signal),
      clock,
      random,
      onEvent,
      onEnd: () => this.#entries.delete(entry),
    });
    if (this.#closed !== undefined) entry.close();
    else {
      this.#entries.set(entry, key);
      queueMicrotask(() => this.#acquaint(entry));
    }
    return entry;
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#cancelNext?.();
    for (const folder of [...this.#folders]) folder.close();
    for (const entry of this.#entries.keys()) entry.close();
    this.#stop.abort();
    const { clock, transport } = this.#options;
    const limit = new AbortController();
    try {
      if (this.#lease !== undefined && this.#trouble === undefined) {
        // Its keys go with it.
        await limitTime(this.#client.revoke(this.#lease, limit.signal), CLOSE_LIMIT_MS, 'no answer', clock);
      }
    } catch {
      limit.abort();
    }
    transport.close();
  }

  #acquaint(entry: KeptEntry): void {
    if (this.#closed !== undefined) return;
    if (this.#cancelNext === undefined) void this.#keepLease();
    else if (this.#trouble !== undefined) entry.suspend(this.#trouble);
    else if (this.#lease !== undefined) entry.resume();
  }

  /** Grants or renews, again and again. Never rejects. */
  async #keepLease(): Promise<void> {
    this.#cancelNext = () => undefined;
    let waitMs = KEEPALIVE_MS;
    try {
      await this.#renew();
      this.#failures = 0;
      this.#trouble = undefined;
    } catch (error) {
      this.#failures += 1;
      this.#trouble = errorMessage(error);
      waitMs = Math.min(KEEPALIVE_MS, backoffMs(this.#failures, RETRY, this.#options.random));
    }
    if (this.#closed !== undefined) return;
    if (this.#trouble !== undefined) for (const entry of this.#entries.keys()) entry.suspend(this.#trouble);
    this.#cancelNext = this.#options.clock.after(waitMs, () => void this.#keepLease());
  }

  async #renew(): Promise<void> {
    const { signal } = this.#stop;
    const hadTrouble = this.#trouble !== undefined;
    const isAlive = this.#lease !== undefined && (await this.#client.keepAlive(this.#lease, signal));
    if (!isAlive) this.#lease = (await this.#client.grant(LEASE_SECONDS, signal)).id;
    if (!isAlive || hadTrouble) {
      for (const entry of this.#entries.keys()) entry.resume();
      return;
    }
    for (const [entry, key] of this.#entries) if (!(await this.#client.isThere(key, signal))) entry.doubt();
  }
}
