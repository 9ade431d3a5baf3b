import { chmodSync, rmSync } from 'node:fs';
import * as net from 'node:net';
import { getSystemErrorName } from 'node:util';
import { isStaleSocket, REMOTE_SOCKET, refuseToListen, UNIX_SOCKET_MODE } from './listen.ts';
import { RelayError } from './relay-error.ts';
import { isLocalTarget, type ListenPlace, type Target } from './target.ts';

/** libuv's UV_TCP_IPV6ONLY. */
const IPV6_ONLY = 1;

/**
 * A bound socket for another program to listen on. While it is held, what connects waits in the kernel's queue whenever
 * that program is away.
 */
export interface HeldSocket {
  /** What is really bound: port 0 has become a port. */
  readonly address: Target;
  /** To be passed on to a child process. */
  readonly fd: number;
  /** Lets go of it; a unix socket's path is removed. Idempotent. */
  release(): void;
}

interface ServerHandle {
  readonly fd: number;
  getsockname?(out: { address?: string; port?: number }): number;
  close(): void;
}

type CreateServerHandle = (
  address: string | null,
  port: number | null,
  addressType: number | null,
  fd?: number,
  flags?: number,
) => ServerHandle | number;

/**
 * Binds without listening. Rejects as `listen` does, and with NO_HANDLE where Node has no way to do it: net.Server always
 * accepts, so that this uses what Node's cluster module uses.
 */
export async function holdSocket(at: ListenPlace): Promise<HeldSocket> {
  let held = bind(at);
  if (held === 'EADDRINUSE' && at.kind === 'unix' && (await isStaleSocket(at))) {
    rmSync(at.path, { force: true });
    held = bind(at);
  }
  if (typeof held === 'string') throw refuseToListen(at, { code: held });
  const address = nameAddress(held, at);
  if (address === undefined) {
    held.close();
    throw refuseToListen(at, { code: 'EADDRINUSE' });
  }
  if (at.kind === 'unix') chmodSync(at.path, UNIX_SOCKET_MODE);
  if (at.kind === 'inherited' && !at.allowRemote && !isLocalTarget(address)) {
    held.close();
    throw refuseToListen(address, { code: REMOTE_SOCKET });
  }
  let open: ServerHandle | undefined = held;
  const release = (): void => {
    open?.close();
    open = undefined;
  };
  return { address, fd: held.fd, release };
}

/** The handle, or the code of what went wrong. */
function bind(at: ListenPlace): ServerHandle | string {
  const create: unknown = Reflect.get(net, '_createServerHandle');
  if (!isCreateServerHandle(create)) {
    throw new RelayError('NO_HANDLE', 'this version of Node cannot bind a socket for another program');
  }
  const made = createHandle(create, at);
  return typeof made === 'number' ? getSystemErrorName(made) : made;
}

function createHandle(create: CreateServerHandle, at: ListenPlace): ServerHandle | number {
  switch (at.kind) {
    case 'inherited':
      return create(null, null, null, at.fd);
    case 'unix':
      return create(at.path, -1, -1);
    case 'tcp':
      return at.address.includes(':')
        ? create(at.address, at.port, 6, undefined, IPV6_ONLY)
        : create(at.address, at.port, 4);
    default:
      return at satisfies never;
  }
}

function isCreateServerHandle(value: unknown): value is CreateServerHandle {
  return typeof value === 'function';
}

/** Undefined when the port is taken: libuv keeps that to itself until the socket listens, and the socket has no name. */
function nameAddress(handle: ServerHandle, at: ListenPlace): Target | undefined {
  if (at.kind === 'unix') return at;
  const out: { address?: string; port?: number } = {};
  handle.getsockname?.(out);
  const { address, port = 0 } = out;
  if (address !== undefined && port !== 0) return { kind: 'tcp', address, port };
  // What was passed on and has no port is a unix socket.
  return at.kind === 'inherited' ? { kind: 'unix', path: '' } : undefined;
}
