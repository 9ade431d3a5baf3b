import type { Clock } from './clock.ts';
import { type Leg, resetLeg } from './leg.ts';
import { type Destination, type Prologue, runPrologues } from './prologue.ts';
import { dismissClient, Redial, Refusal } from './refusal.ts';
import { RelayError } from './relay-error.ts';

/** How often a prologue may have the same destination dialled once more for one client. */
const MAX_REDIALS = 2;

export type Introduced =
  /** The two may be spliced: the client, and this leg in upstream's place. */
  | { readonly kind: 'introduced'; readonly upstream: Leg }
  /** The same destination, dialled once more, may well do. */
  | { readonly kind: 'redial' }
  /** No other destination is to be tried: the client is to be told why. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** This destination will not do. `isLate`: it was cut short. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly isLate: boolean };

export interface IntroductionOptions {
  readonly client: Leg;
  readonly prologues: readonly Prologue[];
  readonly clock: Pick<Clock, 'after'>;
}

/** Introduces one client to what was dialled for it, one after another until one does. */
export class Introduction {
  readonly #options: IntroductionOptions;
  #redials = 0;
  /** Of the last refusal that another destination may do better than. */
  #reply: Uint8Array | undefined;

  constructor(options: IntroductionOptions) {
    this.#options = options;
  }

  /**
   * Runs the prologues for this long at most. Never rejects; upstream is reset unless it is introduced. `signal` aborts when the
   * client has left.
   */
  async introduce(
    upstream: Leg,
    destination: Destination,
    signal: AbortSignal,
    timeoutMs: number = Number.POSITIVE_INFINITY,
  ): Promise<Introduced> {
    const { client, prologues, clock } = this.#options;
    const stop = new AbortController();
    const leave = (): void => stop.abort(signal.reason);
    let cancel: () => void = () => undefined;
    const late = new Promise<never>((_, reject) => {
      if (timeoutMs < Number.POSITIVE_INFINITY) cancel = clock.after(timeoutMs, () => reject(TOO_LATE));
    });
    signal.addEventListener('abort', leave, { once: true });
    try {
      const greeted = await Promise.race([runPrologues(prologues, client, upstream, stop.signal, destination), late]);
      signal.throwIfAborted();
      return { kind: 'introduced', upstream: greeted };
    } catch (error) {
      stop.abort();
      resetLeg(upstream);
      return this.#judge(error);
    } finally {
      cancel();
      signal.removeEventListener('abort', leave);
    }
  }

  /** Closes a client for whom nobody did: with the word of the last refusal, where there was one. */
  dismiss(): void {
    const { client } = this.#options;
    if (this.#reply === undefined) resetLeg(client);
    else dismissClient(client, this.#reply);
  }

  #judge(error: unknown): Introduced {
    if (error instanceof Refusal && !error.isPassing) return { kind: 'refused', refusal: error };
    if (error instanceof Refusal) this.#reply = error.reply;
    if (!(error instanceof Redial) || this.#redials >= MAX_REDIALS) {
      return { kind: 'failed', error, isLate: error === TOO_LATE };
    }
    this.#redials += 1;
    return { kind: 'redial' };
  }
}

const TOO_LATE = new RelayError('HANDSHAKE_TIMEOUT', 'the handshake took too long');
