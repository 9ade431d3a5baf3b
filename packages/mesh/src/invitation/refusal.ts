import { InvitationError } from './invitation-error.ts';

/** What an inviter says before anything is proved: no secret, and nothing that helps who guesses. */
export type RefusalReason = (typeof REASONS)[number];

const REASONS = ['version', 'other-number', 'busy', 'over', 'wrong-code'] as const;

const SENTENCES: Readonly<Record<RefusalReason, string>> = {
  version: 'the inviter speaks another version; use the same ambassador on both machines',
  'other-number': 'the invitation there has another number; look at the code once more',
  busy: 'others are trying to join just now; try again in some seconds',
  over: 'the invitation is over; ask for another one (ambassador mesh invite)',
  'wrong-code': 'the code is wrong',
};

/** `left`: how many wrong codes are still taken. */
export function encodeRefusal(reason: RefusalReason, left = 0): Buffer {
  return Buffer.from([REASONS.indexOf(reason), left]);
}

/** Never throws: a reason that is not known here is an error like any other. */
export function readRefusal(body: Uint8Array): InvitationError {
  const [index = -1, left = 0] = body;
  const reason = REASONS[index];
  if (reason === undefined) return new InvitationError('malformed', 'the inviter says what this version does not know');
  const rest = reason === 'wrong-code' ? `; ${describeLeft(left)}` : '';
  return new InvitationError(reason, SENTENCES[reason] + rest);
}

function describeLeft(left: number): string {
  if (left === 0) return 'the invitation is over, ask for another one (ambassador mesh invite)';
  return `the inviter takes ${left} more wrong ${left === 1 ? 'one' : 'ones'}`;
}
