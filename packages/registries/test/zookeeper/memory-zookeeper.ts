import type { OpenSession, SessionEvent, ZooKeeperSession } from '../../src/zookeeper/session.ts';

type OnChange = (path: string) => void;

interface Node {
  value: string;
  /** Absent: it lasts. */
  readonly owner?: MemorySession;
}

/** An ensemble in memory: nodes, one-shot watches, sessions that can be cut off and can expire. */
export class MemoryZooKeeper {
  readonly nodes = new Map<string, Node>();
  readonly sessions: MemorySession[] = [];
  isDown = false;
  /** What requests end with, while it is set. */
  failure: string | undefined;
  readonly #childWatches = new Map<string, Set<OnChange>>();
  readonly #nodeWatches = new Map<string, Set<OnChange>>();

  readonly openSession: OpenSession = (onEvent) => {
    const session = new MemorySession(this, onEvent);
    this.sessions.push(session);
    if (this.isDown) onEvent({ kind: 'disconnected', reason: 'connect ECONNREFUSED 10.0.0.1:2181' });
    else session.connect();
    return session;
  };

  get last(): MemorySession {
    const session = this.sessions.at(-1);
    if (session === undefined) throw new Error('no session was opened');
    return session;
  }

  listPaths(): readonly string[] {
    return [...this.nodes.keys()].sort();
  }

  valueOf(path: string): string | undefined {
    return this.nodes.get(path)?.value;
  }

  put(path: string, value: string, owner?: MemorySession): void {
    const known = this.nodes.get(path);
    if (known === undefined) this.nodes.set(path, owner === undefined ? { value } : { value, owner });
    else known.value = value;
    this.#fire(this.#nodeWatches, path);
    if (known === undefined) this.#fire(this.#childWatches, parentOf(path));
  }

  delete(path: string): void {
    if (!this.nodes.delete(path)) return;
    this.#fire(this.#nodeWatches, path);
    this.#fire(this.#childWatches, parentOf(path));
  }

  watchChildren(path: string, onChange: OnChange): void {
    add(this.#childWatches, path, onChange);
  }

  watchNode(path: string, onChange: OnChange): void {
    add(this.#nodeWatches, path, onChange);
  }

  #fire(watches: Map<string, Set<OnChange>>, path: string): void {
    const listeners = watches.get(path) ?? new Set();
    watches.delete(path);
    for (const onChange of listeners) onChange(path);
  }
}

export class MemorySession implements ZooKeeperSession {
  readonly #ensemble: MemoryZooKeeper;
  readonly #onEvent: (event: SessionEvent) => void;
  isConnected = false;
  isClosed = false;
  /** Called once when a node was read, before whoever asked hears of it: both came in one piece. */
  onRead: () => void = () => undefined;

  constructor(ensemble: MemoryZooKeeper, onEvent: (event: SessionEvent) => void) {
    this.#ensemble = ensemble;
    this.#onEvent = onEvent;
  }

  connect(): void {
    this.isConnected = true;
    this.#onEvent({ kind: 'connected' });
  }

  cutOff(reason: string): void {
    this.isConnected = false;
    this.#onEvent({ kind: 'disconnected', reason });
  }

  expire(): void {
    this.isConnected = false;
    this.#removeNodes();
    this.#onEvent({ kind: 'expired' });
  }

  async listChildren(path: string, onChange: OnChange): Promise<readonly string[] | undefined> {
    this.#requireConnection();
    this.#ensemble.watchChildren(path, onChange);
    if (!this.#ensemble.nodes.has(path)) {
      this.#ensemble.watchNode(path, onChange);
      return undefined;
    }
    return this.#ensemble
      .listPaths()
      .filter((other) => parentOf(other) === path)
      .map((other) => other.slice(path.length + 1));
  }

  async readNode(path: string, onChange: OnChange): Promise<Uint8Array | undefined> {
    this.#requireConnection();
    const value = this.#ensemble.valueOf(path);
    if (value === undefined) return undefined;
    this.#ensemble.watchNode(path, onChange);
    const { onRead } = this;
    this.onRead = () => undefined;
    onRead();
    return Buffer.from(value);
  }

  async makeFolder(path: string): Promise<void> {
    this.#requireConnection();
    if (!this.#ensemble.nodes.has(path)) this.#ensemble.put(path, '');
  }

  async writeEphemeral(path: string, value: Uint8Array, onChange: OnChange): Promise<void> {
    this.#requireConnection();
    const text = Buffer.from(value).toString();
    const known = this.#ensemble.nodes.get(path);
    if (known !== undefined && known.owner !== this) this.#ensemble.delete(path);
    if (this.#ensemble.valueOf(path) !== text) this.#ensemble.put(path, text, this);
    this.#ensemble.watchNode(path, onChange);
  }

  async removeNode(path: string): Promise<void> {
    this.#requireConnection();
    this.#ensemble.delete(path);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.isConnected) this.#removeNodes();
    this.isConnected = false;
  }

  #removeNodes(): void {
    for (const [path, { owner }] of [...this.#ensemble.nodes]) if (owner === this) this.#ensemble.delete(path);
  }

  #requireConnection(): void {
    if (!this.isConnected) throw new Error('CONNECTION_LOSS');
    if (this.#ensemble.failure !== undefined) throw new Error(this.#ensemble.failure);
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function add(watches: Map<string, Set<OnChange>>, path: string, onChange: OnChange): void {
  const listeners = watches.get(path) ?? new Set();
  watches.set(path, listeners.add(onChange));
}
