import type { KeyRing, QuarantineEvent } from '@mdns-ambassador/mesh';
import { formatDuration } from '../parse/duration.ts';
import { escapeSentence } from './escape.ts';

/** Undefined when it was told before. */
export function describeQuarantine({ service, reason, forMs, isFirst }: QuarantineEvent): string | undefined {
  return isFirst ? `${service}: not dialled for ${formatDuration(forMs)}: ${escapeSentence(reason)}` : undefined;
}

/** With whom a process speaks. */
export type Mode =
  /** `unusedKey`: the path of a mesh key that `--open` keeps from being used. */
  | { readonly kind: 'open'; readonly unusedKey?: string }
  /** `ids`: the current one first. `standing`: as what, {@link describeStanding}. */
  | { readonly kind: 'mesh'; readonly ids: readonly string[]; readonly standing: string };

/** As what a process is in its mesh: `as keeper`, `as member laptop`. */
export function describeStanding(ring: KeyRing): string {
  switch (ring.kind) {
    case 'keys':
      return 'as keeper';
    case 'member':
      return `as member ${ring.membership.parts[0].identity.machine}`;
    case 'bundle':
      return `with a token to ${ring.bundle.role} ${ring.bundle.service}`;
    default:
      return ring satisfies never;
  }
}

/** `mesh 3f2a as keeper`, `open mode`. */
export function nameMode(mode: Mode): string {
  if (mode.kind === 'open') return 'open mode';
  const [current, previous] = mode.ids;
  return `mesh ${current}${previous === undefined ? '' : ` and ${previous}`} ${mode.standing}`;
}

/** What is said once at the start. `isNamed`: nothing is announced or looked for on the network, every place is named elsewhere. */
export function describeMode(mode: Mode, isNamed = false): string {
  if (mode.kind === 'mesh') return `${nameMode(mode)}: only its members can announce or reach services`;
  const what = isNamed
    ? 'whoever answers where it is said to be counts as the service'
    : 'anyone on this network can announce or reach services';
  const hint = mode.unusedKey === undefined ? '' : ` (without --open the mesh key in ${mode.unusedKey} would be used)`;
  return `${nameMode(mode)}: ${what}${hint}`;
}

/** The same for programs. */
export function modeToFact(mode: Mode): { readonly mode: Mode['kind']; readonly mesh?: readonly string[] } {
  return { mode: mode.kind, ...(mode.kind === 'mesh' ? { mesh: mode.ids } : {}) };
}
