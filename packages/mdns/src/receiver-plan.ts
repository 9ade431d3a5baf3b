import { type JoinedInterface, planSeal, type RefusedInterface } from './link-seal.ts';

/** The kernel lets a socket have so many filters, where nobody has changed net.ipv4.igmp_max_memberships. */
const MAX_REFUSED = 20;

/** One socket that hears for several interfaces, and refuses the others. */
export interface PlannedReceiver {
  readonly names: readonly string[];
  readonly refused: readonly RefusedInterface[];
  /** Whether it hears one interface and nothing else. */
  readonly isSealed: boolean;
}

/**
 * Whether the links of these interfaces share sockets to hear by: so many interfaces have joined that a socket which has joined one can't
 * refuse all others, so that each packet would be read by several; and those that are used suffice for sockets that refuse all but their own. Pure.
 */
export function shouldShare(used: readonly string[], joined: readonly string[]): boolean {
  const surplus = new Set([...used, ...joined]).size - MAX_REFUSED;
  return surplus > 0 && used.length >= surplus;
}

/** As many sockets as possible, so that each hears few interfaces, and none one that is another's. Pure. */
export function planReceivers(used: readonly string[], joined: readonly JoinedInterface[]): readonly PlannedReceiver[] {
  if (used.length === 0) return [];
  const least = Math.max(1, joined.length - MAX_REFUSED);
  const count = Math.max(1, Math.floor(used.length / least));
  const groups = Array.from({ length: count }, (_, group) =>
    used.filter((_, at) => Math.floor((at * count) / used.length) === group),
  );
  return groups.map((names) => {
    const { refused, isWhole } = planSeal(names, joined);
    const isSealed = names.length === 1 && isWhole && refused.length <= MAX_REFUSED;
    return { names, refused: refused.slice(0, MAX_REFUSED), isSealed };
  });
}
