import type { Secret } from './secret.ts';

/** Knows whether people have been told that a service takes the secret before this one. */
export class OutdatedSecret {
  #told: Secret | undefined;

  /** Whether that is to be told: once for each current secret. */
  isNews(accepted: Secret, current: Secret): boolean {
    if (accepted.equals(current) || this.#told?.equals(current) === true) return false;
    this.#told = current;
    return true;
  }
}
