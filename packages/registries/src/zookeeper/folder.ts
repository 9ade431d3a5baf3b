import { type Clock, errorMessage } from '@mdns-ambassador/relay';
import { backoffMs } from '@mdns-ambassador/relay/backoff';
import { Loss } from '../loss.ts';
import { type FolderEvent, type FolderWatch, MAX_ENTRIES, MAX_VALUE_BYTES, type RegistryEntry } from '../registry.ts';
import { RETRY } from '../retry.ts';
import type { ZooKeeperSession } from './session.ts';

export interface ZooKeeperFolderOptions {
  readonly path: string;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onEvent: (event: FolderEvent) => void;
  readonly onClose: () => void;
}

/** Reads in a row within a second that follow each other at once; those after them wait a little. */
const HASTY_READS = 20;
const HASTE_MS = 1_000;
const UNHURRIED_MS = 20;

/** The children of a node with their values, followed by watches. */
export class ZooKeeperFolder implements FolderWatch {
  readonly #options: ZooKeeperFolderOptions;
  readonly #loss: Loss;
  /** What was read and is watched. */
  readonly #values = new Map<string, string>();
  /** Nodes that changed while they were being read: their watch is spent, and what was read is out of date. */
  readonly #changed = new Set<string>();
  readonly #noticeFolder: (path: string) => void = () => this.refresh();
  readonly #noticeNode: (path: string) => void;
  #session: ZooKeeperSession | undefined;
  #told: string | undefined;
  #isReading = false;
  #isAgain = false;
  #isPaced = false;
  #failures = 0;
  #readsSince = { startedAt: Number.NEGATIVE_INFINITY, count: 0 };
  #cancelNext: () => void = () => undefined;
  #isClosed = false;

  constructor(options: ZooKeeperFolderOptions) {
    this.#options = options;
    this.#noticeNode = (path) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      this.#values.delete(name);
      this.#changed.add(name);
      this.refresh();
    };
    this.#loss = new Loss(options.clock, (reason) => {
      this.#told = undefined;
      options.onEvent({ kind: 'lost', reason });
    });
  }

  /** Reads by this session, all anew: a watch that another connection had may have been missed. */
  resume(session: ZooKeeperSession): void {
    this.#session = session;
    this.#values.clear();
    this.refresh();
  }

  suspend(reason: string): void {
    this.#session = undefined;
    this.#isPaced = false;
    this.#cancelNext();
    if (!this.#isClosed) this.#loss.begin(reason);
  }

  refresh(): void {
    if (this.#isClosed || this.#session === undefined) return;
    if (this.#isReading) this.#isAgain = true;
    else if (this.#isHasty()) this.#readSoon();
    else void this.#read(this.#session);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelNext();
    this.#loss.close();
    this.#options.onClose();
  }

  /** A folder that changes all the time is not read all the time. */
  #isHasty(): boolean {
    const now = this.#options.clock.now();
    if (now - this.#readsSince.startedAt > HASTE_MS) this.#readsSince = { startedAt: now, count: 0 };
    return this.#readsSince.count >= HASTY_READS;
  }

  #readSoon(): void {
    if (this.#isPaced) return;
    this.#readIn(UNHURRIED_MS);
    this.#isPaced = true;
  }

  #readIn(waitMs: number): void {
    this.#cancelNext();
    this.#cancelNext = this.#options.clock.after(waitMs, () => {
      if (!this.#isClosed && this.#session !== undefined && !this.#isReading) void this.#read(this.#session);
    });
  }

  /** Never rejects. */
  async #read(session: ZooKeeperSession): Promise<void> {
    this.#isReading = true;
    this.#isAgain = false;
    this.#isPaced = false;
    this.#readsSince.count += 1;
    this.#cancelNext();
    let retryMs: number | undefined;
    try {
      const found = await this.#list(session);
      if (session === this.#session) this.#tell(found);
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      retryMs = backoffMs(this.#failures, RETRY, this.#options.random);
      if (!this.#isClosed) this.#loss.begin(errorMessage(error));
    }
    this.#isReading = false;
    if (this.#isClosed || this.#session === undefined) return;
    if (this.#isAgain || session !== this.#session) this.refresh();
    else if (retryMs !== undefined) this.#readIn(retryMs);
  }

  async #list(session: ZooKeeperSession): Promise<readonly RegistryEntry[] | undefined> {
    const { path } = this.#options;
    const children = await session.listChildren(path, this.#noticeFolder);
    const names = new Set([...(children ?? [])].sort().slice(0, MAX_ENTRIES));
    for (const name of this.#values.keys()) if (!names.has(name)) this.#values.delete(name);
    for (const name of this.#changed) if (!names.has(name)) this.#changed.delete(name);
    await Promise.all(
      [...names].filter((name) => !this.#values.has(name)).map((name) => this.#readNode(session, name)),
    );
    if (children === undefined) return undefined;
    return [...names].flatMap((name) => {
      const value = this.#values.get(name);
      return value === undefined ? [] : [{ name, value }];
    });
  }

  async #readNode(session: ZooKeeperSession, name: string): Promise<void> {
    this.#changed.delete(name);
    const bytes = await session.readNode(`${this.#options.path}/${name}`, this.#noticeNode);
    if (bytes === undefined || session !== this.#session || this.#changed.has(name)) return;
    this.#values.set(name, bytes.length > MAX_VALUE_BYTES ? '' : new TextDecoder().decode(bytes));
  }

  #tell(entries: readonly RegistryEntry[] | undefined): void {
    if (this.#isClosed) return;
    this.#loss.end();
    const told = JSON.stringify(entries ?? 'missing');
    if (told === this.#told) return;
    this.#told = told;
    this.#options.onEvent({ kind: 'read', entries: entries ?? [], isMissing: entries === undefined });
  }
}
