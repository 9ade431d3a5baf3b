import {
  type CheckFault,
  type CheckOptions,
  type CheckOutcome,
  type CheckTools,
  createCheck,
} from '@mdns-ambassador/checks';
import type { TcpTarget } from '@mdns-ambassador/relay';
import type { AnnouncementOptions } from './announcement-options.ts';

/** The outcome at one address. `isAccepted`: the connection was accepted, whether the check passed or not. */
export interface TargetAnswer {
  readonly isAccepted: boolean;
  readonly outcome: CheckOutcome;
}

/** Looks whether a service is at an address in the way of its check, which does it no harm. Never rejects; ends soon after its signal. */
export type TargetCheck = (target: TcpTarget, signal: AbortSignal) => Promise<TargetAnswer>;

const BARE: CheckOptions = { kind: 'tcp' };
/** Faults that a service shows which is well and speaks another protocol than its name says. */
const UNJUDGED: ReadonlySet<CheckFault | undefined> = new Set<CheckFault>(['foreign', 'silent', 'closed']);

/**
 * A check that nobody asked for is believed once it has passed: until then, who accepts and says nothing is up, and who speaks
 * another protocol is not asked again.
 */
export function createTargetCheck(
  { check, isCheckGuessed = false }: Pick<AnnouncementOptions, 'check'> & { readonly isCheckGuessed?: boolean },
  tools: CheckTools,
): TargetCheck {
  let asked = check.kind === 'none' || check.kind === 'exec' ? BARE : check;
  let isOpen = isCheckGuessed;
  return async (target, signal) => {
    let isAccepted = false;
    const dial: CheckTools['dial'] = async (...place) => {
      const connection = await tools.dial(...place);
      isAccepted = true;
      return connection;
    };
    const outcome = await createCheck(asked, target, { ...tools, dial }).run(signal);
    if (outcome.ok) isOpen = false;
    if (outcome.ok || !isOpen || !isAccepted) return { isAccepted, outcome };
    if (outcome.fault === 'foreign') asked = BARE;
    return { isAccepted, outcome: UNJUDGED.has(outcome.fault) ? { ok: true } : outcome };
  };
}
