import { errorCode, type Leg, RelayError } from '@mdns-ambassador/relay';
import { FrameScanner, type RedisFrame } from './frame-scanner.ts';

/** No reply to a login is longer. */
const MAX_REPLY_BYTES = 65_536;

/**
 * Reads one reply from a paused leg, puts back what follows it, and leaves the leg paused. Rejects with a RelayError when none
 * comes.
 */
export function readReply(leg: Leg, signal: AbortSignal): Promise<RedisFrame> {
  const scanner = new FrameScanner();
  let taken = 0;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      leg.off('data', take).off('end', onEnd).off('error', onError).off('close', onEnd);
      signal.removeEventListener('abort', onAbort);
      leg.pause();
    };
    const fail = (code: string, message: string): void => {
      stop();
      reject(new RelayError(code, message));
    };
    const take = (chunk: Buffer): void => {
      const frame = scanner.advance(chunk, 0);
      taken += chunk.length;
      if (frame !== undefined) {
        stop();
        if (frame.end < chunk.length) leg.unshift(chunk.subarray(frame.end));
        resolve(frame);
      } else if (scanner.isLost || taken > MAX_REPLY_BYTES) fail('EPROTO', 'it does not speak the Redis protocol');
    };
    const onEnd = (): void => fail('ECONNRESET', 'it closed the connection before the login');
    const onError = (error: unknown): void => fail(errorCode(error), 'the connection was lost before the login');
    const onAbort = (): void => fail('ABORTED', 'the login was given up');
    if (signal.aborted) {
      reject(new RelayError('ABORTED', 'the login was given up'));
      return;
    }
    if (leg.readableEnded || leg.destroyed) {
      reject(new RelayError('ECONNRESET', 'it closed the connection before the login'));
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    leg.on('data', take).on('end', onEnd).on('error', onError).on('close', onEnd);
    leg.resume();
  });
}
