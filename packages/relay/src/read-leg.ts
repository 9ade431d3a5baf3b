import type { Leg } from './leg.ts';

/** What a parser makes of the bytes so far; `size` is how many of them belong to the value. */
export type Parsing<T> =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'parsed'; readonly value: T; readonly size: number };

type ReadFailure = 'ended' | 'closed' | 'aborted';

/** A leg on which nothing more will come, or nothing more is awaited. */
class ReadError extends Error {
  constructor(failure: ReadFailure) {
    super(`the connection was ${failure}`);
    this.name = 'ReadError';
  }
}

/**
 * Reads just what the parser asks for from a paused leg, and leaves the rest in it, and the leg paused. What the parser throws
 * is thrown on, and the bytes that it did not like are gone. Rejects with a ReadError when the leg ends before. The parser
 * bounds what is held: it must not call a value incomplete for ever.
 */
export async function readLeg<T>(leg: Leg, parse: (bytes: Buffer) => Parsing<T>, signal: AbortSignal): Promise<T> {
  let held: Buffer = Buffer.alloc(0);
  for (;;) {
    const chunk: unknown = leg.read();
    if (chunk instanceof Uint8Array) {
      held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
      const parsing = parse(held);
      if (parsing.kind === 'incomplete') continue;
      putBack(leg, held.subarray(parsing.size));
      return parsing.value;
    }
    await untilReadable(leg, signal);
  }
}

/** Has bytes come out of the leg once more, before all others. */
export function putBack(leg: Leg, bytes: Uint8Array): void {
  if (bytes.length > 0 && !leg.readableEnded && !leg.destroyed) leg.unshift(bytes);
}

/** Whether something is there that nobody has asked for. */
export function hasUnread(leg: Leg): boolean {
  return leg.readableLength > 0;
}

/** Calls back once when a leg that nobody reads ends or closes without having said a thing; the returned function gives up. */
export function watchEnd(leg: Leg, onEnd: () => void): () => void {
  // A stream tells its end to those alone who ask for more.
  const onReadable = (): void => {
    if (leg.readableLength === 0) leg.read();
  };
  leg.on('readable', onReadable).once('end', onEnd).once('close', onEnd);
  return () => {
    leg.off('readable', onReadable).off('end', onEnd).off('close', onEnd);
    leg.pause();
  };
}

function untilReadable(leg: Leg, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (failure?: ReadFailure): void => {
      leg.off('readable', onReadable).off('end', onEnd).off('error', onClose).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      leg.pause();
      if (failure === undefined) resolve();
      else reject(new ReadError(failure));
    };
    const onReadable = (): void => settle();
    const onEnd = (): void => settle('ended');
    const onClose = (): void => settle('closed');
    const onAbort = (): void => settle('aborted');
    leg.on('readable', onReadable).on('end', onEnd).on('error', onClose).on('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) settle('aborted');
    else if (leg.destroyed) settle('closed');
    else if (leg.readableEnded) settle('ended');
  });
}
