import { type Endpoint, placesOf } from './endpoint.ts';
import type { PoolMember } from './member.ts';
import type { Update } from './update.ts';

/** How long an endpoint that nobody hears of is kept while it answers. */
export const STALE_MS: number = 24 * 60 * 60 * 1000;
/** Stale endpoints kept; the oldest that carries nothing makes room. */
export const MAX_STALE = 256;

/** A stale member that is to go. `isLost` false: another endpoint stands in its place. */
export interface StaleEnd {
  readonly member: PoolMember;
  readonly reason: string;
  readonly isLost: boolean;
}

/** Those that their source had lost sight of and now, with `update`, knows to be no more. */
export function endUnlisted(stale: readonly PoolMember[], source: string, update: Update): readonly StaleEnd[] {
  switch (update.kind) {
    case 'remove':
      return stale
        .filter(({ endpoint }) => update.ids.includes(endpoint.id))
        .map((member) => ({ member, reason: update.reason ?? 'left', isLost: true }));
    case 'reset':
      return stale
        .filter(({ presence }) => presence.kind === 'stale' && presence.source === source)
        .map((member) => ({ member, reason: 'no longer listed', isLost: true }));
    case 'add':
    case 'gone':
      return [];
    default:
      return update satisfies never;
  }
}

/** Those at whose place a present endpoint stands: they are that one. */
export function endSuperseded(stale: readonly PoolMember[], present: readonly Endpoint[]): readonly StaleEnd[] {
  if (stale.length === 0) return [];
  const places = new Set(present.flatMap(placesOf));
  return stale
    .filter(({ endpoint }) => placesOf(endpoint).some((place) => places.has(place)))
    .map((member) => ({ member, reason: 'another endpoint takes its place', isLost: false }));
}

/** Those above {@link MAX_STALE}: the idle ones first, then the oldest. */
export function endSurplus(stale: readonly PoolMember[]): readonly StaleEnd[] {
  const surplus = stale.length - MAX_STALE;
  if (surplus <= 0) return [];
  const idleFirst = [...stale].sort((a, b) => Number(a.tally.active > 0) - Number(b.tally.active > 0));
  return idleFirst.slice(0, surplus).map((member) => ({ member, reason: 'too many stale endpoints', isLost: true }));
}
