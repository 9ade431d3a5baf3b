import type { Clock } from '../clock.ts';
import type { Opening } from '../opening.ts';
import { readLeg } from '../read-leg.ts';
import { Refusal } from '../refusal.ts';
import { type ClientLeg, setClientEnds } from './client-ends.ts';
import { ProxyHeaderError } from './header.ts';
import { parseProxyHeader } from './parse-header.ts';

/** proxy-protocol.txt 2: at least three seconds, to cover a retransmission. */
const HEADER_MS = 5_000;
const NOTHING = new Uint8Array();

export interface HeaderOptions {
  /** Whether who connects from there (a literal address) tells of its clients. Everybody else is a client himself. */
  readonly isFront: (address: string) => boolean;
  readonly clock: Pick<Clock, 'after'>;
}

/**
 * Takes the PROXY header off a paused client that a front forwards, and remembers who that client is. Whether there is one is never
 * guessed: a front without it is refused, and of anybody else no byte is read. Rejects with a ProxyHeaderError, whose message says what
 * the front did, or when the client has left.
 */
export async function hearProxyHeader(client: ClientLeg, options: HeaderOptions, signal: AbortSignal): Promise<void> {
  const { remoteAddress } = client;
  if (remoteAddress === undefined || !options.isFront(remoteAddress)) return;
  const stop = new AbortController();
  const leave = (): void => stop.abort();
  let isLate = false;
  const cancel = options.clock.after(HEADER_MS, () => {
    isLate = true;
    stop.abort();
  });
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) stop.abort();
  try {
    const header = await readLeg(client, parseProxyHeader, stop.signal);
    if (header.kind === 'forwarded') setClientEnds(client, header);
  } catch (error) {
    throw isLate ? TOO_LATE : error;
  } finally {
    cancel();
    signal.removeEventListener('abort', leave);
  }
}

const TOO_LATE = new ProxyHeaderError(`it sent no header of the PROXY protocol within ${HEADER_MS / 1_000} s`);

/** An opening that hears the header first, and what `then` hears behind it. */
export function openWithProxyHeader(options: HeaderOptions, then: Opening | undefined): Opening {
  return {
    async hear(client: ClientLeg, signal) {
      const { remoteAddress } = client;
      try {
        await hearProxyHeader(client, options, signal);
      } catch (error) {
        if (!(error instanceof ProxyHeaderError)) throw error;
        throw new Refusal(`${remoteAddress} is accepted as a front, and ${error.message}`, NOTHING, { cause: error });
      }
      return (await then?.hear(client, signal)) ?? {};
    },
  };
}
