import type { Duplex } from 'node:stream';
import type { Clock } from '@mdns-ambassador/relay';
import { readElsewhere } from './elsewhere.ts';
import {
  cutFrame,
  encodeFrame,
  HEADER_BYTES,
  type InvitationFrame,
  type InvitationFrameKind,
  LONG_BYTES,
  SHORT_BYTES,
} from './frame.ts';
import { InvitationError } from './invitation-error.ts';
import { readRefusal } from './refusal.ts';

/** Who does not take what was sent last is not waited for any longer. */
const LINGER_MS = 2_000;

type FrameLinkState =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'waiting';
      readonly wanted: InvitationFrameKind;
      readonly settle: (outcome: Buffer | InvitationError) => void;
    }
  | { readonly kind: 'ended'; readonly error: InvitationError };

/** Frames over a connection, one asked for at a time. It lives for so long, whatever comes; what is not asked for is kept to the length of one frame. */
export class FrameLink {
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #stopTimer: () => void;
  #buffered: Buffer = Buffer.alloc(0);
  #maxBytes = SHORT_BYTES;
  #state: FrameLinkState = { kind: 'idle' };

  constructor(stream: Duplex, clock: Clock, lifetimeMs: number) {
    this.#stream = stream;
    this.#clock = clock;
    this.#stopTimer = clock.after(lifetimeMs, () => this.#end('the other end was not heard of in time'));
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    stream.on('end', () => this.#end('the other end hung up'));
    stream.on('close', () => this.#end('the connection was closed'));
    stream.on('error', () => this.#end('the connection broke'));
    stream.resume();
  }

  /** From now on longer frames come: both ends have proved that they know the code. */
  trust(): void {
    this.#maxBytes = LONG_BYTES;
  }

  send(kind: InvitationFrameKind, body: Uint8Array): void {
    if (this.#state.kind !== 'ended' && this.#stream.writable) this.#stream.write(encodeFrame(kind, body));
  }

  /** The body of the next frame. Rejects with an InvitationError where it is of another kind, has another length than `length`, or does not come. */
  receive(wanted: InvitationFrameKind, length?: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#state.kind === 'ended') {
        reject(this.#state.error);
        return;
      }
      this.#state = {
        kind: 'waiting',
        wanted,
        settle: (outcome) => {
          if (outcome instanceof InvitationError) reject(outcome);
          else if (length !== undefined && outcome.length !== length) reject(this.#fail(malformed()));
          else resolve(outcome);
        },
      };
      this.#deliver();
    });
  }

  /** Ends the connection once what was sent is on its way. Idempotent. */
  close(): void {
    this.#stopTimer();
    if (this.#state.kind === 'ended') return;
    this.#fail(new InvitationError('ended', 'the connection was closed here'));
  }

  #take(chunk: Buffer): void {
    if (this.#state.kind === 'ended') return;
    this.#buffered = Buffer.concat([this.#buffered, chunk]);
    this.#deliver();
    if (this.#buffered.length > this.#maxBytes + HEADER_BYTES) this.#settle(malformed());
  }

  #deliver(): void {
    const cut = cutFrame(this.#buffered, this.#maxBytes);
    if (cut === undefined) this.#settle(malformed());
    else if (cut !== 'more' && this.#state.kind === 'waiting') {
      this.#buffered = cut.rest;
      this.#settle(judge(cut.frame, this.#state.wanted));
    }
  }

  #settle(outcome: Buffer | InvitationError): void {
    const state = this.#state;
    if (outcome instanceof InvitationError) this.#fail(outcome);
    else this.#state = { kind: 'idle' };
    if (state.kind === 'waiting') state.settle(outcome);
  }

  #end(sentence: string): void {
    if (this.#state.kind === 'ended') return;
    // Why it was ended may have been said before anybody asked.
    const cut = cutFrame(this.#buffered, this.#maxBytes);
    const isSaid = typeof cut === 'object' && cut.frame.kind === 'refused';
    this.#settle(isSaid ? readRefusal(cut.frame.body) : new InvitationError('ended', sentence));
  }

  #fail(error: InvitationError): InvitationError {
    if (this.#state.kind !== 'ended') {
      this.#state = { kind: 'ended', error };
      this.#buffered = Buffer.alloc(0);
      this.#stopTimer();
      const stop = this.#clock.after(LINGER_MS, () => this.#stream.destroy());
      this.#stream.once('close', stop);
      this.#stream.end(() => this.#stream.destroy());
    }
    return error;
  }
}

function judge({ kind, body }: InvitationFrame, wanted: InvitationFrameKind): Buffer | InvitationError {
  if (kind === wanted) return body;
  // The first answer alone: who has begun to prove the code is sent nowhere.
  if (kind === 'elsewhere' && wanted === 'greeting') return readElsewhere(body);
  return kind === 'refused' ? readRefusal(body) : malformed();
}

function malformed(): InvitationError {
  return new InvitationError(
    'malformed',
    'what came from the other end is no answer of an ambassador that joins or invites',
  );
}
