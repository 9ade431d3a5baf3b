import { type Clock, errorMessage, Turns } from '@mdns-ambassador/relay';
import { backoffMs } from '@mdns-ambassador/relay/backoff';
import { Loss } from '../loss.ts';
import { type FolderEvent, type FolderWatch, MAX_ENTRIES, MAX_VALUE_BYTES } from '../registry.ts';
import { RETRY } from '../retry.ts';
import type { EtcdClient } from './client.ts';
import type { KeyChange, WatchMessage } from './message.ts';

/** A watch is silent when nothing happens, and when nobody is there any more: asking tells the two apart. */
const HEARTBEAT_MS = 5_000;

export interface EtcdFolderOptions {
  /** Ends in `/`. */
  readonly prefix: string;
  readonly client: EtcdClient;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onEvent: (event: FolderEvent) => void;
  readonly onClose: () => void;
}

/**
 * The keys under a prefix, read once and then followed by a watch. A watch that breaks is taken up at the revision where it
 * broke; where that is compacted, everything is read anew.
 */
export class EtcdFolder implements FolderWatch {
  readonly #options: EtcdFolderOptions;
  readonly #loss: Loss;
  readonly #stop = new AbortController();
  readonly #entries = new Map<string, string>();
  /** Of the store, up to which everything is known; undefined: it is to be read. */
  #revision: bigint | undefined;
  #watching = new AbortController();
  #told: string | undefined;
  #failures = 0;
  readonly #refreshes = new Turns(() => this.#refresh());
  #cancelBeat: () => void = () => undefined;
  #wakeUp: () => void = () => undefined;

  constructor(options: EtcdFolderOptions) {
    this.#options = options;
    this.#loss = new Loss(options.clock, (reason) => {
      this.#told = undefined;
      options.onEvent({ kind: 'lost', reason });
    });
  }

  /** Called once. */
  start(): void {
    void this.#run();
  }

  refresh(): void {
    if (this.#revision !== undefined) this.#refreshes.request();
  }

  close(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    void this.#refreshes.close();
    this.#watching.abort();
    this.#cancelBeat();
    this.#loss.close();
    this.#wakeUp();
    this.#options.onClose();
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      let reason = 'etcd ended the watch';
      const isResumed = this.#revision !== undefined;
      try {
        if (!isResumed) await this.#read(signal);
        await this.#watch();
      } catch (error) {
        reason = errorMessage(error);
      }
      this.#cancelBeat();
      if (signal.aborted) return;
      // Compacted while we were away: it is read anew at once.
      if (this.#revision === undefined && isResumed) continue;
      this.#failures += 1;
      this.#loss.begin(reason);
      await this.#rest(backoffMs(this.#failures, RETRY, this.#options.random));
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { prefix, client } = this.#options;
    const { revision, entries } = await client.range(prefix, signal);
    if (signal.aborted || revision < (this.#revision ?? 0n)) return;
    this.#revision = revision;
    this.#entries.clear();
    for (const change of entries) this.#apply(change);
    this.#tell();
  }

  async #watch(): Promise<void> {
    const watching = new AbortController();
    this.#watching = watching;
    this.#beat();
    let ended: string | undefined;
    const from = (this.#revision ?? 0n) + 1n;
    try {
      await this.#options.client.watch(
        this.#options.prefix,
        from,
        (message) => {
          ended = this.#take(message) ?? ended;
          if (ended !== undefined || this.#revision === undefined) watching.abort();
        },
        watching.signal,
      );
    } catch (error) {
      if (this.#revision !== undefined && ended === undefined) throw watching.signal.reason ?? error;
    }
    if (ended !== undefined) throw new Error(ended);
  }

  /** Why it ended, where it did. */
  #take(message: WatchMessage): string | undefined {
    if (this.#stop.signal.aborted || this.#revision === undefined) return undefined;
    switch (message.kind) {
      case 'changes': {
        this.#failures = 0;
        const known = this.#revision;
        for (const change of message.changes) if (change.revision > known) this.#apply(change);
        if (message.changes.length > 0 && message.revision > known) this.#revision = message.revision;
        // Where nothing changed it was told of before, unless it was lost meanwhile.
        if (message.changes.length > 0 || this.#told === undefined) this.#tell();
        else this.#loss.end();
        return undefined;
      }
      case 'compacted':
        this.#failures = 0;
        this.#revision = undefined;
        return undefined;
      case 'ended':
        return message.reason;
      default:
        return message satisfies never;
    }
  }

  #apply({ key, value }: KeyChange): void {
    const { prefix } = this.#options;
    const name = key.slice(prefix.length);
    if (!key.startsWith(prefix) || name === '') return;
    if (value === undefined) this.#entries.delete(name);
    else if (this.#entries.has(name) || this.#entries.size < MAX_ENTRIES) {
      this.#entries.set(name, Buffer.byteLength(value) > MAX_VALUE_BYTES ? '' : value);
    }
  }

  #tell(): void {
    this.#loss.end();
    const entries = [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => ({ name, value }));
    const told = JSON.stringify(entries);
    if (told === this.#told) return;
    this.#told = told;
    this.#options.onEvent({ kind: 'read', entries, isMissing: false });
  }

  #beat(): void {
    this.#cancelBeat = this.#options.clock.after(HEARTBEAT_MS, () => this.refresh());
  }

  /** Never rejects. A failure ends the watch: it would not be told of anything either. */
  async #refresh(): Promise<void> {
    this.#cancelBeat();
    const watching = this.#watching;
    try {
      await this.#read(this.#stop.signal);
      if (watching === this.#watching && !watching.signal.aborted) this.#beat();
    } catch (error) {
      watching.abort(error);
    }
  }

  async #rest(waitMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(waitMs, resolve);
      this.#wakeUp = () => {
        cancel();
        resolve();
      };
    });
  }
}
