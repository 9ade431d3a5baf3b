/** The part of node-zookeeper-client 1.1 that node-session.ts uses: it ships no types. */
declare module 'node-zookeeper-client' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';

  interface ZooKeeperEvent {
    readonly path: string;
  }
  interface ZooKeeperStat {
    /** 8 bytes; zeros for a lasting node. */
    readonly ephemeralOwner: Buffer;
  }
  interface ZooKeeperException extends Error {
    readonly code: number;
  }

  type Watcher = (event: ZooKeeperEvent) => void;
  type Callback<Values extends readonly unknown[] = []> = (
    error: ZooKeeperException | null | undefined,
    ...values: Values
  ) => void;

  /** Internal to the library: what it lacks is added here. */
  interface ConnectionManager extends EventEmitter {
    socket: Socket | undefined;
    readonly state: number;
    /** Requests that were sent, the oldest first. */
    readonly pendingQueue: readonly { readonly request: { readonly header: { readonly type: number } } }[];
    /** Requests that are yet to be sent. */
    readonly packetQueue: { readonly queue: { readonly callback: (error: ZooKeeperException) => void }[] };
    /** By path. */
    readonly watcherManager: {
      dataWatchers: Readonly<Record<string, unknown>>;
      childWatchers: Readonly<Record<string, unknown>>;
      existenceWatchers: Readonly<Record<string, unknown>>;
    };
    /** Set when a connection is begun. */
    readonly connectTimeoutHandler: NodeJS.Timeout | null;
    servers: readonly { readonly host: string; readonly port: number }[];
    updateTimeout(timeoutMs: number): void;
    findNextServer(callback: (server: { readonly host: string; readonly port: number }) => void): void;
    onSocketData(bytes: Buffer): void;
    onSocketError(error: Error): void;
    onSocketClosed(hadError: boolean): void;
    onSocketConnected(): void;
  }

  interface Client {
    readonly connectionManager: ConnectionManager;
    connect(): void;
    close(): void;
    getSessionId(): Buffer;
    getSessionTimeout(): number;
    getChildren(path: string, watcher: Watcher, callback: Callback<[children: readonly string[]]>): void;
    getData(path: string, watcher: Watcher, callback: Callback<[data: Buffer | undefined, stat: ZooKeeperStat]>): void;
    exists(path: string, callback: Callback<[stat: ZooKeeperStat | null]>): void;
    exists(path: string, watcher: Watcher, callback: Callback<[stat: ZooKeeperStat | null]>): void;
    create(path: string, data: Buffer, mode: number, callback: Callback<[path: string]>): void;
    setData(path: string, data: Buffer, callback: Callback<[stat: ZooKeeperStat]>): void;
    remove(path: string, callback: Callback): void;
    mkdirp(path: string, callback: Callback<[path: string]>): void;
  }

  const zookeeper: {
    createClient(
      servers: string,
      options: { readonly sessionTimeout: number; readonly spinDelay: number; readonly retries: number },
    ): Client;
    readonly CreateMode: { readonly PERSISTENT: number; readonly EPHEMERAL: number };
    readonly Exception: {
      readonly NO_NODE: number;
      readonly NODE_EXISTS: number;
      readonly CONNECTION_LOSS: number;
      create(code: number): ZooKeeperException;
    };
  };
  export = zookeeper;
}
