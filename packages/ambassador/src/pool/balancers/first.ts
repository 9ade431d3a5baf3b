import type { Balancer, Candidate } from '../candidate.ts';

/**
 * Always the same one while it can be used: the greatest weight, then as the user wrote them, then by instance name, so
 * that every ambassador on the link chooses the same.
 */
export function createFirstBalancer(): Balancer {
  return {
    choose: (candidates) =>
      candidates.reduce<Candidate | undefined>(
        (best, candidate) => (best === undefined || comesBefore(candidate, best) ? candidate : best),
        undefined,
      ),
  };
}

function comesBefore(a: Candidate, b: Candidate): boolean {
  if (a.endpoint.weight !== b.endpoint.weight) return a.endpoint.weight > b.endpoint.weight;
  return (a.endpoint.instance ?? '') < (b.endpoint.instance ?? '');
}
