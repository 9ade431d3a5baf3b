import type { Candidate } from '../../src/pool/candidate.ts';
import type { Endpoint } from '../../src/pool/endpoint.ts';
import { type Pace, UNPACED } from '../../src/pool/pace.ts';
import type { PickResult } from '../../src/pool/pick-result.ts';

/** An endpoint of instance `id` at 10.0.0.1:1, unless told otherwise. */
export function endpoint(id: string, change: Partial<Endpoint> = {}): Endpoint {
  return {
    id,
    service: 'redis',
    instance: id,
    addresses: [addressOf(id)],
    port: 6379,
    priority: 0,
    weight: 0,
    secure: false,
    source: 'mdns',
    draining: false,
    ...change,
  };
}

export function candidate(
  id: string,
  change: { active?: number; share?: number; pace?: Pace } & Partial<Endpoint> = {},
): Candidate {
  const { active = 0, share = 1, pace = UNPACED, ...rest } = change;
  return { endpoint: endpoint(id, rest), active, share, pace };
}

/** Who was picked, if somebody was. */
export function picked(result: PickResult): Endpoint | undefined {
  return result.kind === 'endpoint' ? result.endpoint : undefined;
}

/** The pick among these, in their order. */
export function pickFirst(known: readonly Endpoint[], exclude: ReadonlySet<string>): PickResult {
  const found = known.find(({ id }) => !exclude.has(id));
  if (found !== undefined) return { kind: 'endpoint', endpoint: found };
  return { kind: known.length === 0 ? 'nobody' : 'exhausted' };
}

/** How often each id was drawn. */
export function countDraws(times: number, draw: () => string | undefined): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let time = 0; time < times; time++) {
    const id = draw() ?? 'nobody';
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

/** Another address for another id. */
function addressOf(id: string): string {
  let hash = 7;
  for (let at = 0; at < id.length; at++) hash = (hash * 31 + id.charCodeAt(at)) % 65_025;
  return `10.0.${Math.floor(hash / 255)}.${(hash % 255) + 1}`;
}
