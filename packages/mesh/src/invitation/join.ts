import type { Duplex } from 'node:stream';
import type { Clock } from '@mdns-ambassador/relay';
import { parseAnswer } from './answer.ts';
import type { InvitationCode } from './code.ts';
import { GROUP_BYTES } from './cpace.ts';
import { FrameLink } from './frame-link.ts';
import { encodeHello, NONCE_BYTES } from './hello.ts';
import { InvitationError } from './invitation-error.ts';
import { KeyAgreement, PROOF_BYTES, SCALAR_BYTES } from './key-agreement.ts';
import { delay, SHARE_AFTER_MS } from './share-delay.ts';

/** A joining takes a second; the inviter's person is asked nothing. */
const LIFETIME_MS = 15_000;

export interface JoinOptions {
  readonly code: InvitationCode;
  readonly clock: Clock;
  /** By a generator for secrets. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Called before this end proves the code: from then on the other end knows whether what it took for the code is it. */
  readonly onProve: () => void;
  /** The request of this machine; `context` is what both ends know of the connection. */
  readonly compose: (context: Uint8Array) => string;
  /** Keeps the membership; what it throws is thrown, and the inviter is not told that it is kept. */
  readonly keep: (membership: string) => void;
}

/**
 * Joins by an invitation over a connection to its inviter, which it ends. Nothing of this machine is told, and nothing is taken, before both ends have
 * proved that they know the code. Rejects with an InvitationError.
 */
export async function join(
  stream: Duplex,
  { code, clock, randomBytes, onProve, compose, keep }: JoinOptions,
): Promise<void> {
  const link = new FrameLink(stream, clock, LIFETIME_MS);
  try {
    const hello = encodeHello(code.number, randomBytes(NONCE_BYTES));
    link.send('hello', hello);
    const greeting = await link.receive('greeting', NONCE_BYTES);
    const due = delay(clock, SHARE_AFTER_MS);
    const session = new KeyAgreement('joiner', code.text, [hello, greeting], randomBytes(SCALAR_BYTES));
    await due;
    link.send('share', session.share);
    const key = session.agree(await link.receive('share', GROUP_BYTES));
    onProve();
    link.send('confirm', key.proof);
    if (!key.verify(await link.receive('confirm', PROOF_BYTES))) {
      throw new InvitationError('wrong-code', 'the other end does not know the code: it is not who invited you');
    }
    link.trust();
    link.send('sealed', key.seal(compose(key.context)));
    const answer = parseAnswer(key.open(await link.receive('sealed')));
    if (answer === undefined)
      throw new InvitationError('malformed', 'the inviter says what this version does not know');
    if (answer.kind === 'refused') throw new InvitationError('refused', answer.reason);
    keep(answer.text);
    link.send('sealed', key.seal('kept'));
  } finally {
    link.close();
  }
}
