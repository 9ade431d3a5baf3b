import type { Duplex } from 'node:stream';
import { formatTarget, type Target } from '@mdns-ambassador/relay';
import { type CheckOutcome, failWith } from './check.ts';
import { type DialService, judgeDialFailure, takeLeave } from './dial.ts';

/** An answer that is longer than this is judged by its beginning. */
const MAX_ANSWER_BYTES = 512;

export interface Exchange {
  readonly target: Target;
  readonly dial: DialService;
  /** Absent: the service speaks first. */
  readonly request?: Uint8Array;
  /** What is sent before closing, so that the service sees a client that took its leave. */
  readonly farewell?: Uint8Array;
  /** The longest answer that is judged; 512 bytes unless said. */
  readonly maxAnswerBytes?: number;
  /** Judges all the bytes so far; undefined when more are needed. `say` sends a further request. */
  judge(answer: Buffer, say: (request: Uint8Array) => void): CheckOutcome | undefined;
}

/** Dials, sends a request, judges the answer, closes. Bounded by `signal` and `maxAnswerBytes`. Never rejects. */
export async function exchange(options: Exchange, signal: AbortSignal): Promise<CheckOutcome> {
  let connection: Duplex;
  try {
    connection = await options.dial(options.target, signal);
  } catch (error) {
    return judgeDialFailure(options.target, error, signal);
  }
  connection.on('error', () => connection.destroy());
  const outcome = await converse(connection, options, signal);
  if (outcome.ok) takeLeave(connection, options.farewell);
  else connection.destroy();
  return outcome;
}

function converse(connection: Duplex, options: Exchange, signal: AbortSignal): Promise<CheckOutcome> {
  const at = formatTarget(options.target);
  const maxAnswerBytes = options.maxAnswerBytes ?? MAX_ANSWER_BYTES;
  const say = (request: Uint8Array): void => void connection.write(request);
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    const settle = (outcome: CheckOutcome): void => {
      signal.removeEventListener('abort', expire);
      connection.removeAllListeners('data');
      resolve(outcome);
    };
    const expire = (): void => settle(failWith('silent', `${at} accepts connections but does not answer in time`));
    if (signal.aborted) return expire();
    signal.addEventListener('abort', expire, { once: true });
    connection.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk.subarray(0, maxAnswerBytes - answer.length)]);
      const outcome = options.judge(answer, say);
      if (outcome !== undefined) settle(outcome);
      else if (answer.length >= maxAnswerBytes)
        settle(failWith('foreign', `${at} answers with something else than expected`));
    });
    const abandon = (): void => settle(failWith('closed', `${at} closed the connection without an answer`));
    connection.once('end', abandon);
    connection.once('close', abandon);
    connection.resume();
    if (options.request !== undefined) say(options.request);
  });
}
