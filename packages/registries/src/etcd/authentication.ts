import type { Clock } from '@mdns-ambassador/relay';
import { backoffMs } from '@mdns-ambassador/relay/backoff';
import { RETRY } from '../retry.ts';

/** What came of a user and a password. */
export type LoginOutcome =
  /** `token` undefined: etcd has no users, and wants none. */
  | { readonly kind: 'accepted'; readonly token: string | undefined }
  | { readonly kind: 'refused'; readonly error: Error };

export interface AuthenticationOptions {
  /** Asks etcd. Rejects where it can't be asked. */
  readonly logIn: () => Promise<LoginOutcome>;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

type AuthenticationState =
  | { readonly kind: 'none' }
  | { readonly kind: 'asking'; readonly token: Promise<string | undefined> }
  | { readonly kind: 'accepted'; readonly token: string | undefined }
  | { readonly kind: 'refused'; readonly error: Error; readonly until: number };

/** The token of one user: asked for when it is first needed, by one request at a time, and less and less often while it is refused. */
export class Authentication {
  readonly #options: AuthenticationOptions;
  #state: AuthenticationState = { kind: 'none' };
  #refusals = 0;

  constructor(options: AuthenticationOptions) {
    this.#options = options;
  }

  /** Undefined: etcd has no users. Rejects with why there is none. */
  async token(): Promise<string | undefined> {
    const state = this.#state;
    switch (state.kind) {
      case 'asking':
      case 'accepted':
        return state.token;
      case 'refused':
        if (this.#options.clock.now() < state.until) throw state.error;
        return this.#ask();
      case 'none':
        return this.#ask();
      default:
        return state satisfies never;
    }
  }

  /** This token is of no use any more. */
  forget(token: string | undefined): void {
    if (this.#state.kind === 'accepted' && this.#state.token === token) this.#state = { kind: 'none' };
  }

  #ask(): Promise<string | undefined> {
    const token = this.#logIn();
    this.#state = { kind: 'asking', token };
    return token;
  }

  async #logIn(): Promise<string | undefined> {
    const { logIn, clock, random } = this.#options;
    let outcome: LoginOutcome;
    try {
      outcome = await logIn();
    } catch (error) {
      this.#state = { kind: 'none' };
      throw error;
    }
    if (outcome.kind === 'accepted') {
      this.#refusals = 0;
      this.#state = outcome;
      return outcome.token;
    }
    this.#refusals += 1;
    const until = clock.now() + backoffMs(this.#refusals, RETRY, random);
    this.#state = { kind: 'refused', error: outcome.error, until };
    throw outcome.error;
  }
}
