import { errorCode, type Leg, RelayError } from '@mdns-ambassador/relay';
import { LineBuffer } from './line-buffer.ts';

/** The peer ended before a line was complete. */
export const ENDED = 'ENDED';
export const LINE_TOO_LONG = 'LINE_TOO_LONG';

/**
 * The line of `maxBytes` at most that has come already, without its end; undefined where there is none yet, or something else. What came after
 * it is put back, and so is all where there is none. The leg is paused, and stays so.
 */
export function takeLine(leg: Leg, maxBytes: number): Buffer | undefined {
  const chunk: unknown = leg.read();
  if (!(chunk instanceof Buffer)) return undefined;
  const state = new LineBuffer(maxBytes).push(chunk);
  const rest = state.kind === 'line' ? state.rest : chunk;
  if (rest.length > 0) leg.unshift(rest);
  return state.kind === 'line' ? state.line : undefined;
}

/**
 * Reads one line of `maxBytes` at most from a paused leg, without its end. What came after it is put back, and the leg is paused
 * again. Rejects with a RelayError: ENDED, LINE_TOO_LONG, ABORTED, or the code of the leg's own error.
 */
export function readLine(leg: Leg, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const buffer = new LineBuffer(maxBytes);
    const settle = (): void => {
      leg.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', onError);
      signal.removeEventListener('abort', onAbort);
      leg.pause();
    };
    const fail = (code: string, message: string, cause?: unknown): void => {
      settle();
      reject(new RelayError(code, message, cause === undefined ? undefined : { cause }));
    };
    const onData = (chunk: Buffer): void => {
      const state = buffer.push(chunk);
      switch (state.kind) {
        case 'more':
          return;
        case 'too-long':
          fail(LINE_TOO_LONG, `the peer sent more than ${maxBytes} bytes without an end of line`);
          return;
        case 'line':
          settle();
          if (state.rest.length > 0) leg.unshift(state.rest);
          resolve(state.line);
          return;
        default:
          state satisfies never;
      }
    };
    const onEnd = (): void => fail(ENDED, 'the peer ended the connection');
    const onError = (error: unknown): void =>
      fail(errorCode(error), `the connection failed: ${errorCode(error)}`, error);
    const onAbort = (): void => fail('ABORTED', 'the handshake was given up');
    if (signal.aborted) {
      onAbort();
      return;
    }
    if (leg.destroyed || leg.readableEnded) {
      onEnd();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    leg.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onError);
    leg.resume();
  });
}
