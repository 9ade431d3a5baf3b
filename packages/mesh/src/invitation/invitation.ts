import type { Duplex } from 'node:stream';
import type { Clock } from '@mdns-ambassador/relay';
import { formatAnswer, type InvitationAnswer } from './answer.ts';
import type { InvitationCode } from './code.ts';
import { Conversations } from './conversations.ts';
import { GROUP_BYTES } from './cpace.ts';
import { FrameLink } from './frame-link.ts';
import { HELLO_BYTES, isKnownVersion, NONCE_BYTES, readHello } from './hello.ts';
import { InvitationError } from './invitation-error.ts';
import { KeyAgreement, PROOF_BYTES, SCALAR_BYTES, type SharedKey } from './key-agreement.ts';
import { encodeRefusal, type RefusalReason } from './refusal.ts';
import { delay, SHARE_AFTER_MS } from './share-delay.ts';

/** After so many wrong codes an invitation is over. */
const MAX_WRONG = 3;
const MAX_AT_ONCE = 8;
/** Of a conversation, from its first byte to its last. */
const LIFETIME_MS = 15_000;

export interface InvitationOptions {
  readonly code: InvitationCode;
  readonly clock: Clock;
  readonly lifetimeMs: number;
  /** By a generator for secrets. */
  readonly randomBytes: (count: number) => Uint8Array;
  /**
   * What a machine that has proved the code is answered. Called once for each such conversation, and never again after it gave a membership. `context` is
   * what both ends know of the connection.
   */
  readonly onRequest: (request: string, context: Uint8Array, from: string) => Promise<InvitationAnswer>;
  readonly onEvent: (event: InvitationEvent) => void;
}

/** `from`: the address of the other end. */
export type InvitationEvent =
  /** Somebody is there, and has asked for this invitation. */
  | { readonly kind: 'came'; readonly from: string }
  | { readonly kind: 'wrong-code'; readonly from: string; readonly left: number }
  /** It has proved the code, and is not let in all the same. */
  | { readonly kind: 'turned-away'; readonly from: string; readonly reason: string }
  /** It has proved the code, and left before it had what it came for: the invitation goes on. */
  | { readonly kind: 'broken-off'; readonly from: string; readonly reason: string };

/** How it ended. `isKept`: the machine has said that it keeps its membership. */
export type InvitationEnd =
  | { readonly kind: 'joined'; readonly from: string; readonly isKept: boolean }
  | { readonly kind: 'guessed'; readonly from: readonly string[] }
  | { readonly kind: 'expired' }
  | { readonly kind: 'closed' };

type InvitationState =
  | { readonly kind: 'open' }
  /** Somebody has proved the code, and is being answered. */
  | { readonly kind: 'taken' }
  /** The one membership is given; whether it is kept is yet to be heard. */
  | { readonly kind: 'given'; readonly to: string }
  | { readonly kind: 'over' };

/**
 * An invitation, good for one machine, three wrong codes and a while. A wrong code counts when it is proved wrong: who hangs up before has learned nothing,
 * as this end proves nothing to who has not proved the code first. Who comes when it is over learns just that.
 */
export class Invitation {
  readonly ended: Promise<InvitationEnd>;
  readonly #options: InvitationOptions;
  readonly #stopTimer: () => void;
  readonly #conversations = new Conversations(MAX_AT_ONCE);
  readonly #guessers: string[] = [];
  #settle: (end: InvitationEnd) => void = () => undefined;
  #state: InvitationState = { kind: 'open' };

  constructor(options: InvitationOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#stopTimer = options.clock.after(options.lifetimeMs, () => this.#end({ kind: 'expired' }));
  }

  /** A connection from this address, which is closed when it is over. More than eight at once, or two of one address, are turned away. */
  accept(stream: Duplex, from: string): void {
    const link = new FrameLink(stream, this.#options.clock, LIFETIME_MS);
    if (this.#isOver()) this.#refuse(link, 'over');
    else if (this.#conversations.isFull(from)) this.#refuse(link, 'busy');
    else this.#conversations.begin(link, from, () => this.#converse(link, from));
  }

  /** Ends it for all. Idempotent. */
  close(): void {
    this.#end({ kind: 'closed' });
  }

  async #converse(link: FrameLink, from: string): Promise<void> {
    let key: SharedKey | undefined;
    try {
      key = await this.#agree(link, from);
    } catch (error) {
      if (!(error instanceof InvitationError)) throw error;
    }
    if (key === undefined) return;
    try {
      link.send('confirm', key.proof);
      link.trust();
      const request = key.open(await link.receive('sealed'));
      const answer = await this.#options.onRequest(request, key.context, from);
      if (this.#isOver()) return;
      if (answer.kind === 'membership') this.#give(from);
      link.send('sealed', key.seal(formatAnswer(answer)));
      if (answer.kind === 'refused') {
        this.#reopen({ kind: 'turned-away', from, reason: answer.reason });
        return;
      }
      const isKept = key.open(await link.receive('sealed')) === 'kept';
      this.#end({ kind: 'joined', from, isKept });
    } catch (error) {
      if (!(error instanceof InvitationError)) throw error;
      this.#reopen({ kind: 'broken-off', from, reason: error.message });
    }
  }

  /** The key of who has proved the code; undefined where it is told why not. */
  async #agree(link: FrameLink, from: string): Promise<SharedKey | undefined> {
    const { code, clock, randomBytes, onEvent } = this.#options;
    const said = await link.receive('hello', HELLO_BYTES);
    const hello = readHello(said);
    if (hello === undefined) return undefined;
    if (!isKnownVersion(hello)) return this.#refuse(link, 'version');
    if (hello.number !== code.number) return this.#refuse(link, 'other-number');
    onEvent({ kind: 'came', from });
    const greeting = randomBytes(NONCE_BYTES);
    link.send('greeting', greeting);
    const share = await link.receive('share', GROUP_BYTES);
    const due = delay(clock, SHARE_AFTER_MS);
    const session = new KeyAgreement('inviter', code.text, [said, greeting], randomBytes(SCALAR_BYTES));
    const key = session.agree(share);
    await due;
    link.send('share', session.share);
    const proof = await link.receive('confirm', PROOF_BYTES);
    if (this.#isOver()) return this.#refuse(link, 'over');
    if (!key.verify(proof)) return this.#countWrong(link, from);
    if (this.#state.kind === 'taken') return this.#refuse(link, 'busy');
    // At once: another may have proved it in the same turn.
    this.#state = { kind: 'taken' };
    return key;
  }

  #countWrong(link: FrameLink, from: string): undefined {
    this.#guessers.push(from);
    const left = MAX_WRONG - this.#guessers.length;
    this.#refuse(link, 'wrong-code', left);
    this.#options.onEvent({ kind: 'wrong-code', from, left });
    if (left === 0) this.#end({ kind: 'guessed', from: [...new Set(this.#guessers)] });
  }

  #refuse(link: FrameLink, reason: RefusalReason, left?: number): undefined {
    link.send('refused', encodeRefusal(reason, left));
    link.close();
  }

  /** From now on it is over for all others. */
  #give(to: string): void {
    this.#state = { kind: 'given', to };
    this.#stopTimer();
  }

  /** A conversation has come to nothing. */
  #reopen(event: InvitationEvent): void {
    if (this.#state.kind === 'given') this.#end({ kind: 'joined', from: this.#state.to, isKept: false });
    if (this.#state.kind !== 'taken') return;
    this.#state = { kind: 'open' };
    this.#options.onEvent(event);
  }

  #isOver(): boolean {
    return this.#state.kind === 'given' || this.#state.kind === 'over';
  }

  #end(wanted: InvitationEnd): void {
    const state = this.#state;
    if (state.kind === 'over') return;
    this.#state = { kind: 'over' };
    this.#stopTimer();
    for (const link of this.#conversations) this.#refuse(link, 'over');
    const isGiven = state.kind === 'given' && wanted.kind !== 'joined';
    this.#settle(isGiven ? { kind: 'joined', from: state.to, isKept: false } : wanted);
  }
}
