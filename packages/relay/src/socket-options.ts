import type { Server, Socket } from 'node:net';

/** How long a silent connection may be before the kernel asks whether the peer is there. */
const KEEP_ALIVE_DELAY_MS = 15_000;
/** Keep-alive set so late asks at the same moment: the kernel counts from what it heard last. */
const KEEP_ALIVE_SET_AFTER_MS = 10_000;

/** Where Node keeps the kernel's socket: private, so that nothing is taken for granted. */
interface WithHandle {
  readonly _handle?: {
    readonly setNoDelay?: (isOn: boolean) => unknown;
    readonly setKeepAlive?: (isOn: boolean, delaySeconds: number) => unknown;
  } | null;
}

/** An accepted socket: no delay, and keep-alive. Five system calls. */
export function setSocketOptions(socket: Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
}

/**
 * The same for all that a listening socket will accept, which inherits it on Linux (tcp(7)). False where this Node, or a socket that is
 * no TCP, has no such thing: then nothing was changed.
 */
export function setSocketOptionsOnce(server: Server): boolean {
  const { _handle: handle }: WithHandle = server as unknown as WithHandle;
  if (typeof handle?.setNoDelay !== 'function' || typeof handle.setKeepAlive !== 'function') return false;
  handle.setNoDelay(true);
  handle.setKeepAlive(true, KEEP_ALIVE_DELAY_MS / 1_000);
  return true;
}

/** Sets a dialled socket's keep-alive when it has lasted so long that it will matter: most connections end before, and save four system calls. */
export function keepAliveLater(socket: Socket): void {
  const timer = setTimeout(() => socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS), KEEP_ALIVE_SET_AFTER_MS);
  socket.once('close', () => clearTimeout(timer));
}
