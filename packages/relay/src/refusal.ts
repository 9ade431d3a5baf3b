import { type Leg, resetLeg } from './leg.ts';
import { RelayError } from './relay-error.ts';

/** How long a client that was refused may take to read why. */
const FAREWELL_MS = 2_000;

export interface RefusalOptions {
  readonly cause?: unknown;
  /** Another endpoint may do better, so that this one counts as failed; the client is told when nobody was found in time. */
  readonly isPassing?: boolean;
}

/**
 * What a prologue or an opening rejects with when no other endpoint is to be tried: the client is told `reply`, in the words of
 * its protocol, and closed. Nobody is to blame for it but the set-up: the endpoint has not failed.
 */
export class Refusal extends RelayError {
  readonly reply: Uint8Array;
  readonly isPassing: boolean;

  constructor(message: string, reply: Uint8Array, options: RefusalOptions = {}) {
    super('REFUSED', message, options);
    this.name = 'Refusal';
    this.reply = reply;
    this.isPassing = options.isPassing === true;
  }
}

/**
 * What a prologue rejects with when the same endpoint, dialled once more, may well succeed: a secret has just changed. Nothing
 * has reached the client, and nobody has failed.
 */
export class Redial extends RelayError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('REDIAL', message, options);
    this.name = 'Redial';
  }
}

/**
 * Says a last word to a client and closes it cleanly. What the client still sends is read and dropped for a moment: closing on
 * unread bytes would reset the connection, and the client might never see the word.
 */
export function dismissClient(client: Leg, reply: Uint8Array): void {
  if (client.destroyed) return;
  const timer = setTimeout(() => resetLeg(client), FAREWELL_MS);
  client.on('error', () => undefined);
  client.once('close', () => clearTimeout(timer));
  client.on('data', () => undefined);
  client.end(reply);
  client.resume();
}
