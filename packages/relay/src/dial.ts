import { connect, type Socket } from 'node:net';
import { Intake } from './intake.ts';
import type { Leg } from './leg.ts';
import { errorCode, RelayError } from './relay-error.ts';
import { keepAliveLater } from './socket-options.ts';
import { formatTarget, type Target } from './target.ts';

/** How a dial ended; `failed` has a RelayError. */
export type DialResult<Connected extends Leg = Socket> =
  | { readonly kind: 'connected'; readonly socket: Connected }
  | { readonly kind: 'failed'; readonly error: RelayError };

/** The same, where what was connected may be a stream over a socket. */
export type LegResult = DialResult<Leg>;

export interface DialOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Connects. `onSettled` is called once, never synchronously, and never after the returned function was called; that function
 * gives the dial up. The socket is paused and half-open capable; its errors are the caller's from the moment it is handed over.
 */
export function startDial(target: Target, timeoutMs: number, onSettled: (result: DialResult) => void): () => void {
  const intake = new Intake();
  const socket = connect({
    ...(target.kind === 'unix' ? { path: target.path } : { host: target.address, port: target.port }),
    allowHalfOpen: true,
    noDelay: true,
    onread: intake.onread,
  });
  intake.serve(socket);
  const giveUp = (): void => {
    clearTimeout(timer);
    socket.off('connect', onConnect);
    // The error listener stays: a socket that is given up may still fail.
    settled = true;
    socket.destroy();
  };
  const onConnect = (): void => {
    settled = true;
    clearTimeout(timer);
    socket.off('error', onError);
    keepAliveLater(socket);
    onSettled({ kind: 'connected', socket });
  };
  const onError = (cause: Error): void => {
    if (settled) return;
    giveUp();
    const code = errorCode(cause);
    onSettled({ kind: 'failed', error: new RelayError(code, describeFailure(target, code), { cause }) });
  };
  const timer = setTimeout(() => {
    giveUp();
    const message = `${formatTarget(target)} did not answer in time`;
    onSettled({ kind: 'failed', error: new RelayError('DIAL_TIMEOUT', message) });
  }, timeoutMs);
  let settled = false;
  socket.pause();
  socket.once('connect', onConnect).on('error', onError);
  return giveUp;
}

/** Connects; resolves with a paused, half-open capable socket. Rejects with a RelayError; leaves no socket behind then. */
export function dial(target: Target, options: DialOptions): Promise<Socket> {
  const { signal, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(abortedDial(target));
      return;
    }
    const giveUp = startDial(target, timeoutMs, (result) => {
      signal?.removeEventListener('abort', onAbort);
      if (result.kind === 'connected') resolve(result.socket);
      else reject(result.error);
    });
    const onAbort = (): void => {
      giveUp();
      reject(abortedDial(target));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function abortedDial(target: Target): RelayError {
  return new RelayError('ABORTED', `The dial to ${formatTarget(target)} was given up`);
}

function describeFailure(target: Target, code: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `${formatTarget(target)} refused the connection`;
    case 'ENOENT':
      return `${formatTarget(target)} does not exist`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `There is no route to ${formatTarget(target)}`;
    default:
      return `Connecting to ${formatTarget(target)} failed: ${code}`;
  }
}
