import { describeMay, type May } from '@mdns-ambassador/mesh';
import type { InvitationEnd, InvitationEvent } from '@mdns-ambassador/mesh/invitation';
import { escapeSentence } from '../../output/escape.ts';
import { countThings, joinWords } from '../../output/phrases.ts';

const MINUTE_MS = 60_000;
/** What comes from the network fills no screen, and who just comes hides nothing of what others do. */
const MAX_LINES = 30;

/** `10 minutes`, `90 seconds`. */
export function describeWhile(durationMs: number): string {
  return durationMs % MINUTE_MS === 0
    ? countThings(durationMs / MINUTE_MS, 'minute')
    : countThings(Math.round(durationMs / 1_000), 'second');
}

/** The lines of what happens, {@link MAX_LINES} of each kind; undefined for more. */
export function tellInvitationEvents(): (event: InvitationEvent) => string | undefined {
  const told = new Map<InvitationEvent['kind'], number>();
  return (event) => {
    const count = told.get(event.kind) ?? 0;
    told.set(event.kind, count + 1);
    return count < MAX_LINES ? describeInvitationEvent(event) : undefined;
  };
}

export function describeInvitationEvent(event: InvitationEvent): string {
  switch (event.kind) {
    case 'came':
      return `${event.from} is there`;
    case 'wrong-code':
      return event.left === 0
        ? `${event.from} gave a wrong code`
        : `${event.from} gave a wrong code; after ${event.left} more the invitation is over`;
    case 'turned-away':
      return `${event.from} knows the code and was not let in: ${escapeSentence(event.reason)}`;
    case 'broken-off':
      return `${event.from} knows the code and did not finish: ${escapeSentence(event.reason)}; it may try again`;
    default:
      return event satisfies never;
  }
}

export function describeJoined(
  machine: string,
  meshId: string,
  may: May,
  { from, isKept }: InvitationEnd & { readonly kind: 'joined' },
): string {
  const doubt = isKept ? '' : '; it has not said that it keeps its key: if it has none, invite it again';
  return `${machine} (${from}) is in mesh ${meshId} now and may ${describeMay(may)}${doubt}`;
}

/** Why nobody joined. */
export function describeFailure(
  end: Exclude<InvitationEnd, { readonly kind: 'joined' | 'closed' }>,
  durationMs: number,
): string {
  switch (end.kind) {
    case 'guessed':
      return `three wrong codes came, from ${joinWords(end.from)}: the invitation is over, and nobody was let in; where that was a friend who mistyped, invite again, else find out who ${end.from.length === 1 ? 'that is' : 'those are'}`;
    case 'expired':
      return `nobody joined within ${describeWhile(durationMs)}: the invitation is over; invite again, or for longer with --for 30m`;
    default:
      return end satisfies never;
  }
}
