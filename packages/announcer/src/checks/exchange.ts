import type { Duplex } from 'node:stream';
import { formatTarget, type Target } from '@mdns-ambassador/relay';
import { type CheckOutcome, failCheck } from './check.ts';
import { type DialService, describeDialFailure, takeLeave } from './dial.ts';

/** An answer that is longer than this is judged by its beginning. */
const MAX_ANSWER_BYTES = 512;

export interface Exchange {
  readonly target: Target;
  readonly dial: DialService;
  readonly request: Uint8Array;
  /** What is sent before closing, so that the service sees a client that took its leave. */
  readonly farewell?: Uint8Array;
  /** Judges the bytes so far; undefined when more are needed. */
  judge(answer: Buffer): CheckOutcome | undefined;
}

/** Dials, sends one request, judges the answer, closes. Bounded by `signal` and 512 bytes. Never rejects. */
export async function exchange(options: Exchange, signal: AbortSignal): Promise<CheckOutcome> {
  let connection: Duplex;
  try {
    connection = await options.dial(options.target, signal);
  } catch (error) {
    return failCheck(describeDialFailure(options.target, error, signal));
  }
  connection.on('error', () => connection.destroy());
  const outcome = await converse(connection, options, signal);
  if (outcome.ok) takeLeave(connection, options.farewell);
  else connection.destroy();
  return outcome;
}

function converse(connection: Duplex, options: Exchange, signal: AbortSignal): Promise<CheckOutcome> {
  const at = formatTarget(options.target);
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    const settle = (outcome: CheckOutcome): void => {
      signal.removeEventListener('abort', expire);
      connection.removeAllListeners('data');
      resolve(outcome);
    };
    const expire = (): void => settle(failCheck(`${at} accepts connections but does not answer in time`));
    if (signal.aborted) return expire();
    signal.addEventListener('abort', expire, { once: true });
    connection.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk.subarray(0, MAX_ANSWER_BYTES - answer.length)]);
      const outcome = options.judge(answer);
      if (outcome !== undefined) settle(outcome);
      else if (answer.length >= MAX_ANSWER_BYTES) settle(failCheck(`${at} answers with something else than expected`));
    });
    const abandon = (): void => settle(failCheck(`${at} closed the connection without an answer`));
    connection.once('end', abandon);
    connection.once('close', abandon);
    connection.resume();
    connection.write(options.request);
  });
}
