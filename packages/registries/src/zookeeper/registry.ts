import type { Clock } from '@mdns-ambassador/relay';
import { backoffMs } from '@mdns-ambassador/relay/backoff';
import { KeptEntry } from '../kept-entry.ts';
import type { EntryEvent, FolderEvent, FolderWatch, HeldEntry, Registry } from '../registry.ts';
import { RETRY } from '../retry.ts';
import { ZooKeeperFolder } from './folder.ts';
import type { OpenSession, SessionEvent, ZooKeeperSession } from './session.ts';

export interface ZooKeeperRegistryOptions {
  readonly openSession: OpenSession;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Lasting nodes are folders, their ephemeral children the entries. A session that expires is followed by another. */
export function createZooKeeperRegistry(options: ZooKeeperRegistryOptions): Registry {
  return new ZooKeeperRegistry(options);
}

class ZooKeeperRegistry implements Registry {
  readonly #options: ZooKeeperRegistryOptions;
  readonly #folders = new Set<ZooKeeperFolder>();
  readonly #entries = new Set<KeptEntry>();
  #session: ZooKeeperSession;
  #state: { readonly kind: 'connected' } | { readonly kind: 'away'; readonly reason: string | undefined } = {
    kind: 'away',
    reason: undefined,
  };
  #expiries = 0;
  #cancelOpening: () => void = () => undefined;
  #closed: Promise<void> | undefined;

  constructor(options: ZooKeeperRegistryOptions) {
    this.#options = options;
    this.#session = this.#open();
  }

  follow(path: string, onEvent: (event: FolderEvent) => void): FolderWatch {
    const { clock, random } = this.#options;
    const folder = new ZooKeeperFolder({ path, clock, random, onEvent, onClose: () => this.#folders.delete(folder) });
    if (this.#closed !== undefined) return folder;
    this.#folders.add(folder);
    queueMicrotask(() => this.#acquaint(folder));
    return folder;
  }

  hold(folder: string, name: string, onEvent: (event: EntryEvent) => void): HeldEntry {
    const path = `${folder}/${name}`;
    const { clock, random } = this.#options;
    const notice = (): void => entry.doubt();
    const entry = new KeptEntry({
      write: async (text) => {
        const session = this.#session;
        await session.makeFolder(folder);
        await session.writeEphemeral(path, new TextEncoder().encode(text), notice);
      },
      remove: () => this.#session.removeNode(path),
      clock,
      random,
      onEvent,
      onEnd: () => this.#entries.delete(entry),
    });
    if (this.#closed === undefined) {
      this.#entries.add(entry);
      queueMicrotask(() => this.#acquaint(entry));
    } else entry.close();
    return entry;
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#cancelOpening();
    for (const folder of [...this.#folders]) folder.close();
    for (const entry of this.#entries) entry.close();
    this.#entries.clear();
    // Its ephemeral nodes go with it.
    await this.#session.close();
  }

  #open(): ZooKeeperSession {
    const session = this.#options.openSession((event) => {
      // The first may come while the session is being made.
      queueMicrotask(() => {
        if (this.#closed === undefined && session === this.#session) this.#take(event);
      });
    });
    return session;
  }

  #take(event: SessionEvent): void {
    switch (event.kind) {
      case 'connected':
        this.#state = { kind: 'connected' };
        this.#expiries = 0;
        break;
      case 'disconnected':
        this.#state = { kind: 'away', reason: event.reason };
        break;
      case 'expired':
        this.#state = { kind: 'away', reason: 'the session has expired' };
        this.#expiries += 1;
        this.#cancelOpening = this.#options.clock.after(
          this.#expiries === 1 ? 0 : backoffMs(this.#expiries - 1, RETRY, this.#options.random),
          () => {
            this.#session = this.#open();
          },
        );
        break;
      default:
        event satisfies never;
    }
    for (const folder of this.#folders) this.#acquaint(folder);
    for (const entry of this.#entries) this.#acquaint(entry);
  }

  /** Tells how things stand. */
  #acquaint(one: ZooKeeperFolder | KeptEntry): void {
    if (this.#closed !== undefined) return;
    if (this.#state.kind === 'connected') one.resume(this.#session);
    else if (this.#state.reason !== undefined) one.suspend(this.#state.reason);
  }
}
