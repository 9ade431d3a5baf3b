import { announcerOf } from './endpoint.ts';
import { isProven, type PoolMember } from './member.ts';

/**
 * Of `left`, those among whom a client is sent on once others, `tried`, failed it: those that have answered, else those of one announcer.
 * The announcers have turns, who is known for longest first: however many endpoints a host announces, they are one try of many.
 */
export function narrowAfterFailure(
  left: readonly PoolMember[],
  tried: ReadonlySet<string>,
  all: Iterable<PoolMember>,
): readonly PoolMember[] {
  const proven = left.filter(isProven);
  if (proven.length > 0) return proven;
  const turns = new Map<string, { tries: number; knownSince: number }>();
  for (const { endpoint, knownSince } of all) {
    const announcer = announcerOf(endpoint);
    const turn = turns.get(announcer) ?? { tries: 0, knownSince };
    turns.set(announcer, turn);
    turn.knownSince = Math.min(turn.knownSince, knownSince);
    if (tried.has(endpoint.id)) turn.tries += 1;
  }
  const isBefore = (one: string, other: string): boolean => {
    const [a, b] = [turns.get(one), turns.get(other)];
    if (a === undefined || b === undefined) return false;
    return a.tries === b.tries ? a.knownSince < b.knownSince : a.tries < b.tries;
  };
  const next = left
    .map(({ endpoint }) => announcerOf(endpoint))
    .reduce((first, announcer) => (isBefore(announcer, first) ? announcer : first));
  return left.filter(({ endpoint }) => announcerOf(endpoint) === next);
}
