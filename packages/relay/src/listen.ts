import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { platform as osPlatform } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AcceptQueue } from './accept-queue.ts';
import { type Beacon, lightBeacon } from './beacon.ts';
import { watchBusyShare } from './busy-share.ts';
import { dial } from './dial.ts';
import { handOver } from './hand-over.ts';
import { takeIn } from './intake.ts';
import { joinAcceptQueue } from './queue-member.ts';
import { errorCode, RelayError } from './relay-error.ts';
import { setSocketOptions, setSocketOptionsOnce } from './socket-options.ts';
import { formatListenPlace, isLocalTarget, type ListenPlace, type Target } from './target.ts';

/** Connections that the kernel completes while the event loop is busy; it caps this at its own limit. */
const BACKLOG = 4096;
/** A unix socket on which nobody answers within this time was left behind. */
const STALE_PROBE_MS = 1000;
/** Whoever listens on this machine answers within this time. */
const NEIGHBOUR_PROBE_MS = 500;
/** The owner alone may connect. */
export const UNIX_SOCKET_MODE = 0o600;
/** `\\\\.\\pipe\\NAME`, as Windows takes it in each of its spellings. */
const WINDOWS_PIPE = /^[\\/]{2}[.?][\\/]pipe[\\/]/i;

/** Who hears of what a listener accepts. */
export interface Receiver {
  /** Connections above this number are closed at once. */
  readonly maxConnections: number;
  /**
   * The socket is paused and half-open capable; its errors are the receiver's from here on. `waitedMs`: how long connections have been
   * waiting in the kernel's queue of late before they were accepted; 0 where that is not known.
   */
  readonly onConnection: (socket: Socket, waitedMs: number) => void;
  /** A connection was closed because of `maxConnections`. */
  readonly onDrop?: () => void;
  /** The service that a proxy listens for: whoever would take the place for the service itself can ask ({@link BeaconWatch}). */
  readonly beacon?: string;
}

export interface ListenOptions extends Receiver {
  readonly at: ListenPlace;
  /** As `process.platform` has it; default the one that this runs on. */
  readonly platform?: string;
}

export interface Listener {
  /** What is really bound: port 0 has become a port. */
  readonly address: Target;
  /** From now on, not from when it resolves, another hears of what is accepted. */
  handTo(receiver: Receiver): Promise<void>;
  /** Accepts no more; resolves when the listening socket is closed. Established connections go on. Idempotent. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What `listen` rejects with when a passed socket accepts from other machines and may not. */
export const REMOTE_SOCKET = 'REMOTE_SOCKET';

/** What `listen` rejects with on Windows for a path that is not one of a named pipe, which are what it has in place of unix sockets. */
const NO_PIPE = 'NO_PIPE';
/** The same of a path at which something stands that is no socket. */
const NO_SOCKET = 'NO_SOCKET';

/** Rejects with a RelayError that names the address: EADDRINUSE, EACCES, EADDRNOTAVAIL, {@link REMOTE_SOCKET}, `NO_PIPE`, `NO_SOCKET`. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { at } = options;
  const platform = options.platform ?? osPlatform();
  if (platform === 'win32' && at.kind === 'unix' && !isWindowsPipe(at.path, platform)) {
    throw refuseToListen(at, { code: NO_PIPE });
  }
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  if (await isAnswered(at, platform)) throw refuseToListen(at, { code: 'EADDRINUSE' });
  try {
    await bind(server, at);
  } catch (cause) {
    if (at.kind !== 'unix' || errorCode(cause) !== 'EADDRINUSE') throw refuseToListen(at, cause);
    if (lstatSync(at.path, { throwIfNoEntry: false })?.isSocket() === false)
      throw refuseToListen(at, { code: NO_SOCKET });
    if (!(await isStaleSocket(at))) throw refuseToListen(at, cause);
    rmSync(at.path, { force: true });
    await bind(server, at).catch((again: unknown) => {
      throw refuseToListen(at, again);
    });
  }
  if (at.kind === 'unix' && !isWindowsPipe(at.path, platform)) chmodSync(at.path, UNIX_SOCKET_MODE);
  const areInherited = platform === 'linux' && setSocketOptionsOnce(server);
  const listener = new OpenListener(server, at, { ...options, platform }, areInherited ? undefined : setSocketOptions);
  if (at.kind === 'inherited' && !at.allowRemote && !isLocalTarget(listener.address)) {
    server.close();
    throw refuseToListen(listener.address, { code: REMOTE_SOCKET });
  }
  await listener.light();
  return listener;
}

class OpenListener implements Listener {
  readonly address: Target;
  readonly #server: Server;
  readonly #platform: string;
  /** A unix socket that is ours to remove. */
  readonly #ownPath: string | undefined;
  readonly #setOptions: ((socket: Socket) => void) | undefined;
  readonly #queue: AcceptQueue | undefined;
  #receiver: Receiver;
  /** Goes out with the first who stops, while what is established goes on: another may listen here then. */
  #beacon: { readonly service: string; readonly lit: Beacon } | undefined;
  #stopped: Promise<void> | undefined;

  /** @param setOptions what each accepted socket needs, unless it inherits that from the listening one. */
  constructor(
    server: Server,
    at: ListenPlace,
    { platform, ...receiver }: Receiver & { readonly platform: string },
    setOptions: ((socket: Socket) => void) | undefined,
  ) {
    this.#server = server;
    this.#platform = platform;
    this.#setOptions = setOptions;
    this.#receiver = receiver;
    this.address = at.kind === 'unix' ? at : boundAddress(server);
    this.#queue = at.kind === 'tcp' ? watchQueue(this.address, platform) : undefined;
    this.#ownPath = at.kind === 'unix' && !isWindowsPipe(at.path, platform) ? at.path : undefined;
    server.maxConnections = receiver.maxConnections;
    server.on('connection', (socket) => this.#accept(socket));
    server.on('drop', () => this.#receiver.onDrop?.());
    // Failing to accept one connection (EMFILE) is no reason to stop listening.
    server.on('error', () => this.#receiver.onDrop?.());
  }

  async handTo(receiver: Receiver): Promise<void> {
    this.#receiver = receiver;
    this.#server.maxConnections = receiver.maxConnections;
    await this.light();
  }

  /** Has the beacon say what the receiver wants it to. */
  async light(): Promise<void> {
    const { beacon: service } = this.#receiver;
    if (service === this.#beacon?.service) return;
    this.#beacon?.lit.close();
    this.#beacon = undefined;
    if (service === undefined) return;
    this.#beacon = { service, lit: await lightBeacon(service, this.address, this.#platform) };
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #accept(socket: Socket): void {
    if (this.#beacon?.lit.greet(socket) === true) return;
    const now = performance.now();
    if (this.#queue?.accept(socket, now) === true) {
      socket.destroy();
      return;
    }
    this.#setOptions?.(socket);
    takeIn(socket);
    handOver(socket, (accepted) => this.#receiver.onConnection(accepted, this.#queue?.waitedMs(now) ?? 0));
  }

  async #stop(): Promise<void> {
    // What the kernel has queued is accepted in this turn rather than reset.
    await nextTurn();
    this.#server.close();
    this.#queue?.close();
    this.#beacon?.lit.close();
    await nextTurn();
    if (this.#ownPath !== undefined) removeSocket(this.#ownPath);
  }
}

/** Where it can be: one in a folder that is another's by now is taken for stale by whoever listens there next. */
export function removeSocket(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It is closed all the same.
  }
}

/** A queue that was passed on may be another process's as well, which would be called in the place of this one. */
function watchQueue(address: Target, platform: string): AcceptQueue | undefined {
  if (address.kind !== 'tcp') return undefined;
  return new AcceptQueue({ join: (onGone) => joinAcceptQueue(address, platform, onGone), busyShare: watchBusyShare() });
}

function bind(server: Server, at: ListenPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const onListening = (): void => {
      server.off('error', reject);
      resolve();
    };
    if (at.kind === 'inherited') server.listen({ fd: at.fd, backlog: BACKLOG }, onListening);
    else if (at.kind === 'unix') server.listen({ path: at.path, backlog: BACKLOG }, onListening);
    else server.listen({ host: at.address, port: at.port, backlog: BACKLOG, ipv6Only: true }, onListening);
  });
}

/**
 * Whether somebody answers there. Elsewhere than on Linux a program that listens on all addresses does not keep another from binding
 * one of them, which takes its connections from it.
 */
async function isAnswered(at: ListenPlace, platform: string): Promise<boolean> {
  if (platform === 'linux' || at.kind !== 'tcp' || at.port === 0) return false;
  try {
    const socket = await dial(at, { timeoutMs: NEIGHBOUR_PROBE_MS });
    socket.destroy();
    return true;
  } catch {
    return false;
  }
}

export async function isStaleSocket(at: Target & { readonly kind: 'unix' }): Promise<boolean> {
  if (!lstatSync(at.path, { throwIfNoEntry: false })?.isSocket()) return false;
  try {
    const socket = await dial(at, { timeoutMs: STALE_PROBE_MS });
    socket.destroy();
    return false;
  } catch (error) {
    return errorCode(error) === 'ECONNREFUSED';
  }
}

/** Whether a path is a named pipe of Windows: no file, and without a mode. */
export function isWindowsPipe(path: string, platform: string): boolean {
  return platform === 'win32' && WINDOWS_PIPE.test(path);
}

function boundAddress(server: Server): Target {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return { kind: 'unix', path: bound ?? '' };
  return { kind: 'tcp', address: bound.address, port: bound.port };
}

/** The error that names the place and says what to do. */
export function refuseToListen(at: ListenPlace, cause: unknown): RelayError {
  const code = errorCode(cause);
  return new RelayError(code, explainRefusal(formatListenPlace(at), code), { cause });
}

function explainRefusal(place: string, code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `${place} is in use by another process; choose another address or port, or stop that process`;
    case 'EACCES':
      return `Listening on ${place} is not permitted to this user; choose a port above 1023 or a path of your own`;
    case 'EADDRNOTAVAIL':
      return `${place} is not an address of this machine; choose one that is`;
    case 'EAFNOSUPPORT':
      return `${place} cannot be used, because this machine has no IPv6`;
    case REMOTE_SOCKET:
      return `${place} was passed on and accepts connections from other machines; bind it to 127.0.0.1, or allow that`;
    case NO_PIPE:
      return `${place} names no pipe, which is what Windows has in place of unix sockets; write unix:\\\\.\\pipe\\NAME`;
    case NO_SOCKET:
      return `${place} is a file or a folder, and no socket; write another path`;
    case 'ENOENT':
      return `${place} is in a directory that does not exist`;
    default:
      return `Listening on ${place} failed: ${code}`;
  }
}
