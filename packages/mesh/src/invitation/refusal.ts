import { InvitationError } from './invitation-error.ts';

/** What an inviter says before anything is proved: no secret, and nothing that helps who guesses. */
export type RefusalReason = 'version' | 'other-number' | 'busy' | 'over' | 'wrong-code';

const REASONS: readonly RefusalReason[] = ['version', 'other-number', 'busy', 'over', 'wrong-code'];

/** `left`: how many wrong codes are still taken. */
export function encodeRefusal(reason: RefusalReason, left = 0): Buffer {
  return Buffer.from([REASONS.indexOf(reason), left]);
}

/** Never throws: a reason that is not known here is an error like any other. */
export function readRefusal(body: Uint8Array): InvitationError {
  const [index = -1, left = 0] = body;
  switch (REASONS[index]) {
    case 'version':
      return new InvitationError(
        'version',
        'the inviter speaks another version; use the same ambassador on both machines',
      );
    case 'other-number':
      return new InvitationError('other-number', 'the invitation there has another number; look at the code once more');
    case 'busy':
      return new InvitationError('busy', 'others are trying to join just now; try again in some seconds');
    case 'over':
      return new InvitationError('over', 'the invitation is over; ask for another one (ambassador mesh invite)');
    case 'wrong-code':
      return new InvitationError('wrong-code', `the code is wrong; ${describeLeft(left)}`);
    default:
      return new InvitationError('malformed', 'the inviter says what this version does not know');
  }
}

function describeLeft(left: number): string {
  if (left === 0) return 'the invitation is over, ask for another one (ambassador mesh invite)';
  return `the inviter takes ${left} more wrong ${left === 1 ? 'one' : 'ones'}`;
}
