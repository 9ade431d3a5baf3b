import { type Clock, errorMessage, formatPlace } from '@mdns-ambassador/relay';
import zookeeper from 'node-zookeeper-client';
import { backoffMs } from '../backoff.ts';
import { describeLinkFailure } from '../link-failure.ts';
import { limitTime } from '../time-limit.ts';
import { checkReplyFrame, checkSessionFrame, FrameReader } from './frame.ts';
import type { ZooKeeperServer } from './server.ts';
import type { OpenSession, SessionEvent, ZooKeeperSession } from './session.ts';

export interface NodeSessionOptions {
  /** At least one. */
  readonly servers: readonly ZooKeeperServer[];
  /** What is asked for; the ensemble decides. */
  readonly sessionTimeoutMs: number;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Connecting, and the answer that makes a connection a session's. */
const CONNECT_LIMIT_MS = 4_000;
/** A change of a node's owner is tried this often. */
const WRITE_ATTEMPTS = 3;
/** Who closes waits this long for the ensemble to hear of it. */
const CLOSE_LIMIT_MS = 1_500;
/** A folder that is there and can't be listed is asked for this often: it may come and go. */
const LIST_ATTEMPTS = 3;
/** An ensemble that grants less than this would have us do nothing but ask whether it is there. */
const SHORTEST_SESSION_MS = 600;
/** Nodes that are watched over one connection: several folders, full. */
const MAX_WATCHED_NODES = 16_384;

/** Numbers of the library's connection states. */
const DISCONNECTED = 0;
const CONNECTING = 1;
const CONNECTED = 2;
const CLOSED = -2;
const EXPIRED = -3;

type Client = ReturnType<typeof zookeeper.createClient>;
type Watcher = (event: { readonly path: string }) => void;

/** Sessions over this machine's network. */
export function createNodeSessions(options: NodeSessionOptions): OpenSession {
  return (onEvent) => new NodeSession(options, onEvent);
}

/**
 * What node-zookeeper-client lacks is added here: a limit on every wait (it never misses an answer), waits between attempts that
 * grow, an end to them on close, IPv6, and that no answer of a server throws out of a socket's event.
 */
class NodeSession implements ZooKeeperSession {
  readonly #options: NodeSessionOptions;
  readonly #onEvent: (event: SessionEvent) => void;
  readonly #client: Client;
  /** The library tells two watches apart by their function. */
  readonly #watchers = new WeakMap<(path: string) => void, Watcher>();
  #nextServer: number;
  /** Since a connection held. */
  #attempts = 0;
  /** Reads over this connection, each of which may have left a watch. */
  #reads = 0;
  /** The one that is spoken with, or will be: HOST:PORT. */
  #server = '';
  #reason = 'it ended the connection';
  #cancelAttempt: () => void = () => undefined;
  #cancelTimer: () => void = () => undefined;
  #isConnected = false;
  #closing: Promise<void> | undefined;

  constructor(options: NodeSessionOptions, onEvent: (event: SessionEvent) => void) {
    this.#options = options;
    this.#onEvent = onEvent;
    this.#nextServer = Math.floor(options.random() * options.servers.length);
    // The library parses host:port itself, without IPv6; which server is next is decided here.
    this.#client = zookeeper.createClient(options.servers.map(() => 'server').join(','), {
      sessionTimeout: options.sessionTimeoutMs,
      spinDelay: 0,
      retries: 0,
    });
    this.#amend();
    this.#client.connect();
  }

  async listChildren(path: string, onChange: (path: string) => void): Promise<readonly string[] | undefined> {
    const watcher = this.#watcherOf(onChange);
    for (let attempt = 1; attempt <= LIST_ATTEMPTS; attempt++) {
      const children = await this.#ask<readonly string[]>((done) => this.#client.getChildren(path, watcher, done));
      if (children !== undefined) return children;
      const isThere = await this.#ask((done) =>
        this.#client.exists(path, watcher, (error, stat) => done(error, stat ?? undefined)),
      );
      if (isThere === undefined) return undefined;
    }
    throw new Error(`${path} is there and is not`);
  }

  async readNode(path: string, onChange: (path: string) => void): Promise<Uint8Array | undefined> {
    const watcher = this.#watcherOf(onChange);
    this.#countRead();
    return await this.#ask<Uint8Array>((done) =>
      this.#client.getData(path, watcher, (error, data) => done(error, data ?? new Uint8Array())),
    );
  }

  async makeFolder(path: string): Promise<void> {
    const isThere = await this.#ask((done) =>
      this.#client.exists(path, (error, stat) => done(error, stat ?? undefined)),
    );
    if (isThere === undefined) await this.#ask((done) => this.#client.mkdirp(path, done));
  }

  async writeEphemeral(path: string, value: Uint8Array, onChange: (path: string) => void): Promise<void> {
    const watcher = this.#watcherOf(onChange);
    const data = Buffer.from(value);
    for (let attempt = 1; attempt <= WRITE_ATTEMPTS; attempt++) {
      const found = await this.#ask<{ readonly data: Buffer; readonly isOwn: boolean }>((done) =>
        this.#client.getData(path, watcher, (error, read, stat) =>
          done(error, {
            data: read ?? Buffer.alloc(0),
            isOwn: stat?.ephemeralOwner.equals(this.#client.getSessionId()) ?? false,
          }),
        ),
      );
      if (found?.isOwn && found.data.equals(data)) return;
      if (found?.isOwn) await this.#ask((done) => this.#client.setData(path, data, done));
      else {
        if (found !== undefined) await this.removeNode(path);
        await this.#ask(
          (done) => this.#client.create(path, data, zookeeper.CreateMode.EPHEMERAL, done),
          [zookeeper.Exception.NODE_EXISTS],
        );
      }
    }
    throw new Error(`${path} is written by somebody else, too`);
  }

  async removeNode(path: string): Promise<void> {
    await this.#ask((done) => this.#client.remove(path, (error) => done(error, true)));
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const { connectionManager: manager } = this.#client;
    this.#cancelAttempt();
    this.#cancelTimer();
    const ended = new Promise<void>((resolve) => {
      manager.on('state', (state: number) => {
        if (state === CLOSED) resolve();
      });
    });
    const { socket } = manager;
    if (socket === undefined || socket.destroyed) return;
    this.#client.close();
    try {
      await limitTime(ended, CLOSE_LIMIT_MS, 'no answer', this.#options.clock);
    } catch {
      // Its time runs out by itself.
    }
    socket.destroy();
  }

  /** Undefined: there is no such node, or one of the `expected` errors came. */
  async #ask<Result>(
    request: (done: (error: { readonly code: number } | null | undefined, result?: Result) => void) => void,
    expected: readonly number[] = [],
  ): Promise<Result | undefined> {
    const answer = new Promise<Result | undefined>((resolve, reject) => {
      request((error, result) => {
        if (error === null || error === undefined) resolve(result);
        else if ([zookeeper.Exception.NO_NODE, ...expected].includes(error.code)) resolve(undefined);
        else reject(error);
      });
    });
    try {
      return await limitTime(answer, this.#thirdMs(), 'no answer in time', this.#options.clock);
    } catch (error) {
      // A server that is silent or out of step is left for another one, or for a new connection.
      if (error instanceof Error && !('code' in error)) this.#drop(error.message);
      throw error;
    }
  }

  /** So a server that falls silent is left while there is time to keep the session with another. */
  #thirdMs(): number {
    return Math.floor(Math.min(this.#client.getSessionTimeout(), this.#options.sessionTimeoutMs) / 3);
  }

  /** The library sends pings and does not miss the answers. */
  #beat(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.after(this.#thirdMs(), () => {
      const answered = this.#ask((done) => this.#client.exists('/', (error, stat) => done(error, stat ?? undefined)));
      answered.then(
        () => {
          if (!this.#isConnected) return;
          // Only now: a server that takes everybody in and out again is not asked again and again.
          this.#attempts = 0;
          this.#beat();
        },
        () => undefined,
      );
    });
  }

  #watcherOf(onChange: (path: string) => void): Watcher {
    const known = this.#watchers.get(onChange);
    if (known !== undefined) return known;
    const watcher: Watcher = ({ path }) => {
      if (this.#closing === undefined) onChange(path);
    };
    this.#watchers.set(onChange, watcher);
    return watcher;
  }

  #amend(): void {
    const { connectionManager: manager } = this.#client;
    const { clock, random, servers } = this.#options;
    const guard = (run: () => void): void => {
      try {
        run();
      } catch (error) {
        this.#drop(`it does not speak ZooKeeper's protocol (${errorMessage(error)})`);
      }
    };
    const { onSocketData, onSocketConnected, onSocketClosed, onSocketError, updateTimeout } = manager;
    const frames = new FrameReader();
    manager.updateTimeout = (timeoutMs) => updateTimeout.call(manager, Math.max(SHORTEST_SESSION_MS, timeoutMs));
    manager.findNextServer = (callback) => {
      const isRoundOver = this.#attempts > 0 && this.#attempts % servers.length === 0;
      const waitMs = isRoundOver ? backoffMs(this.#attempts / servers.length, random) : 0;
      this.#attempts += 1;
      const server = servers[this.#nextServer++ % servers.length];
      this.#cancelAttempt = clock.after(waitMs, () => {
        if (server === undefined || this.#closing !== undefined) return;
        frames.clear();
        this.#limitConnecting(server);
        callback(server);
        // The library's own limit would end another connection than it was set for.
        clearTimeout(manager.connectTimeoutHandler ?? undefined);
      });
    };
    manager.onSocketData = (bytes) => {
      guard(() => {
        for (const frame of frames.read(bytes)) {
          if (manager.socket?.destroyed) return;
          // The library makes room for what is claimed.
          if (manager.state === CONNECTING) checkSessionFrame(frame);
          else checkReplyFrame(frame, manager.pendingQueue[0]?.request.header.type);
          onSocketData.call(manager, frame);
        }
      });
    };
    manager.onSocketConnected = () => guard(() => onSocketConnected.call(manager));
    manager.onSocketClosed = (hadError) => guard(() => onSocketClosed.call(manager, hadError));
    manager.onSocketError = (error) => {
      this.#reason = `${this.#server}: ${describeLinkFailure(error)}`;
      onSocketError.call(manager, error);
    };
    manager.on('state', (state: number) => this.#takeState(state));
  }

  #limitConnecting({ host, port }: ZooKeeperServer): void {
    this.#server = formatPlace(host, port);
    this.#reason = `${this.#server} ended the connection`;
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.after(CONNECT_LIMIT_MS, () =>
      this.#drop(`${this.#server} does not answer`),
    );
  }

  #countRead(): void {
    const { watcherManager } = this.#client.connectionManager;
    this.#reads += 1;
    if (this.#reads <= MAX_WATCHED_NODES) return;
    this.#reads = Object.keys(watcherManager.dataWatchers).length;
    if (this.#reads > MAX_WATCHED_NODES) this.#drop('it has too many nodes to watch');
  }

  /** What waits to be sent is not sent to the next server: whoever asked asks anew, and sets the watches anew. */
  #forgetRequests(): void {
    const { packetQueue, watcherManager } = this.#client.connectionManager;
    this.#reads = 0;
    watcherManager.dataWatchers = {};
    watcherManager.childWatchers = {};
    watcherManager.existenceWatchers = {};
    for (const { callback } of packetQueue.queue.splice(0)) {
      callback(zookeeper.Exception.create(zookeeper.Exception.CONNECTION_LOSS));
    }
  }

  #drop(reason: string): void {
    this.#reason = reason;
    this.#client.connectionManager.socket?.destroy();
  }

  #takeState(state: number): void {
    this.#isConnected = state === CONNECTED;
    if (state === DISCONNECTED) this.#forgetRequests();
    if (this.#closing !== undefined) return;
    switch (state) {
      case CONNECTED:
        this.#beat();
        this.#onEvent({ kind: 'connected' });
        return;
      case DISCONNECTED:
        this.#cancelTimer();
        this.#onEvent({ kind: 'disconnected', reason: this.#reason });
        return;
      case EXPIRED:
        this.#cancelTimer();
        this.#onEvent({ kind: 'expired' });
        void this.close();
        return;
      case CONNECTING:
        return;
      default:
        // CLOSING and CLOSED are ours; authentication is not asked for.
        return;
    }
  }
}
