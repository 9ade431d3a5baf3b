import type { Duplex } from 'node:stream';

/** How often it is looked whether a reader that had paused goes on, and how long it may take nothing. */
const LOOK_MS = 10;
const PATIENCE_MS = 1_000;
/** So many turns of the loop without a byte say that the kernel holds no more. */
const EMPTY_TURNS = 2;

type ReadSocket = Duplex & { readonly bytesRead: number };

/**
 * Has a socket that can't be written to any more be read to its end before it fails. Node would close it at once, and what the peer
 * had said before it closed would be lost: the answer to a request that had not all come, the last words of a client that waits for
 * no answer. `errored` is set at once all the same, and whoever destroys or resets the socket does so at once. A reader that takes
 * nothing for a second is not waited for.
 */
export function readBeforeFailing(socket: ReadSocket): void {
  socket.destroy = destroyOnceRead;
}

function destroyOnceRead<Own extends ReadSocket>(this: Own, error?: Error): Own {
  if (!isOfWriting(error) || this.destroyed || this.readableEnded) destroyNow(this, error);
  else readOn(this, error);
  return this;
}

function destroyNow(socket: ReadSocket, error: Error | undefined): void {
  const { destroy }: Duplex = Object.getPrototypeOf(socket);
  destroy.call(socket, error);
}

function isOfWriting(error: NodeJS.ErrnoException | undefined): boolean {
  return error?.syscall === 'write' || error?.syscall === 'shutdown';
}

function readOn(socket: ReadSocket, error: Error | undefined): void {
  let read = socket.bytesRead;
  let emptyTurns = 0;
  let untakenMs = 0;
  const look = (): void => {
    if (socket.destroyed) return;
    const { bytesRead } = socket;
    if (bytesRead !== read) {
      read = bytesRead;
      emptyTurns = 0;
      untakenMs = 0;
    }
    if (socket.isPaused() && untakenMs < PATIENCE_MS) {
      untakenMs += LOOK_MS;
      setTimeout(look, LOOK_MS);
    } else if (!socket.isPaused() && emptyTurns < EMPTY_TURNS) {
      emptyTurns += 1;
      setImmediate(look);
    } else destroyNow(socket, error);
  };
  look();
}
