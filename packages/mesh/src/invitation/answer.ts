/** What an inviter says to a machine that has proved the code: its membership, or why it is not let in. */
export type InvitationAnswer =
  | { readonly kind: 'membership'; readonly text: string }
  | { readonly kind: 'refused'; readonly reason: string };

const MEMBERSHIP = 'in ';
const REFUSED = 'no ';
/** Characters of a reason that are shown. */
const MAX_REASON = 300;

export function formatAnswer(answer: InvitationAnswer): string {
  return answer.kind === 'membership' ? MEMBERSHIP + answer.text : REFUSED + answer.reason.slice(0, MAX_REASON);
}

/** Undefined where it is none. */
export function parseAnswer(text: string): InvitationAnswer | undefined {
  if (text.startsWith(MEMBERSHIP)) return { kind: 'membership', text: text.slice(MEMBERSHIP.length) };
  if (text.startsWith(REFUSED))
    return { kind: 'refused', reason: text.slice(REFUSED.length, REFUSED.length + MAX_REASON) };
  return undefined;
}
