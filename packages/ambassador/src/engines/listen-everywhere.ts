import { isAbsentAddress, type ListenPlace } from '@mdns-ambassador/relay';

/**
 * Opens every place; one that this machine has no IPv6 for is left out where another is open, and is no
 * refusal. Never rejects: where something was refused, the caller closes what was opened.
 */
export async function listenEverywhere<T>(
  places: readonly ListenPlace[],
  open: (at: ListenPlace) => Promise<T>,
): Promise<{ readonly opened: readonly T[]; readonly refusals: readonly unknown[] }> {
  const attempts = await Promise.allSettled(places.map(open));
  const opened = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
  const refusals = attempts.flatMap((attempt, index) =>
    attempt.status === 'rejected' && !(opened.length > 0 && isMissingIpv6(places[index], attempt.reason))
      ? [attempt.reason]
      : [],
  );
  return { opened, refusals };
}

function isMissingIpv6(at: ListenPlace | undefined, error: unknown): boolean {
  return at?.kind === 'tcp' && at.address.includes(':') && isAbsentAddress(error);
}
