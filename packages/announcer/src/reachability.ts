import type { CheckOutcome, Denial } from '@mdns-ambassador/checks';
import type { NetworkInterface } from '@mdns-ambassador/mdns';
import type { Clock, TcpTarget } from '@mdns-ambassador/relay';
import { pause } from './pause.ts';
import type { TargetAnswer, TargetCheck } from './target-check.ts';

/** Whoever is at a likelier address answers so soon after one at another. */
const PREFERENCE_MS = 250;
const NOWHERE = { target: undefined, outcome: { ok: false, reason: 'the service has no address' } } as const;

/** From where a service can be reached. */
export type Reachability =
  /** From every interface that is announced on. `doubt`: it said there that it does not let in who comes from where we came from. */
  | { readonly kind: 'everywhere'; readonly doubt?: string }
  /** From some of them, by name. */
  | { readonly kind: 'partly'; readonly interfaces: readonly string[]; readonly doubt?: string }
  /** It accepts connections there, and lets in nobody who comes from another machine. */
  | { readonly kind: 'denied'; readonly reason: string }
  /** It answers, but on none of the addresses that a publication would give out. */
  | { readonly kind: 'nowhere' };

/** An address of an interface, and the target that leads to it. */
export interface InterfaceTarget {
  readonly interfaceName: string;
  readonly target: TcpTarget;
}

/** A service accepted a connection on an address of an interface. */
export interface InterfaceAnswer {
  readonly interfaceName: string;
  readonly denial?: Denial;
}

/** An interface counts when one of its addresses answers, and lets others in as far as we know; pure. */
export function judgeReachability(
  interfaces: readonly NetworkInterface[],
  answers: readonly InterfaceAnswer[],
): Reachability {
  const letIn = answers.filter(({ denial }) => denial?.whom !== 'others');
  const answering = new Set(letIn.map(({ interfaceName }) => interfaceName));
  const names = interfaces.map(({ name }) => name);
  const reached = names.filter((name) => answering.has(name));
  const [denied] = answers.flatMap(({ denial }) => denial ?? []);
  if (reached.length === 0)
    return denied === undefined ? { kind: 'nowhere' } : { kind: 'denied', reason: denied.reason };
  const isDoubtful = denied !== undefined && letIn.every(({ denial }) => denial !== undefined);
  const doubt = isDoubtful ? { doubt: denied.reason } : {};
  return reached.length === names.length
    ? { kind: 'everywhere', ...doubt }
    : { kind: 'partly', interfaces: reached, ...doubt };
}

/** Resolves with what a service said that accepts connections there, undefined where none does. Never rejects. */
export async function askInterface(
  { interfaceName, target }: InterfaceTarget,
  targetCheck: TargetCheck,
  signal: AbortSignal,
): Promise<InterfaceAnswer | undefined> {
  const { isAccepted, outcome } = await targetCheck(target, signal);
  if (!isAccepted) return undefined;
  return { interfaceName, ...(outcome.denial === undefined ? {} : { denial: outcome.denial }) };
}

interface ReachedTarget extends TargetAnswer {
  readonly target: TcpTarget;
}

/**
 * Checks all targets at once; resolves with the first of the list that is well, for a service may let in who comes by loopback alone
 * (pg_hba.conf); one that is well is waited for by those before it for {@link PREFERENCE_MS}. Where none is, with what the first that
 * accepted said, else with what the first of all did. At least one target. Never rejects.
 */
export async function findTarget(
  targets: readonly TcpTarget[],
  targetCheck: TargetCheck,
  signal: AbortSignal,
  clock: Clock,
): Promise<{ readonly target: TcpTarget | undefined; readonly outcome: CheckOutcome }> {
  const answers: (ReachedTarget | undefined)[] = targets.map(() => undefined);
  // Those that come later go on to their end: a conversation that is broken off counts against us (MySQL).
  const checks = targets.map(async (target, index) => {
    const answer = { target, ...(await targetCheck(target, signal)) };
    answers[index] = answer;
    return answer;
  });
  try {
    const quickest = await Promise.any(
      checks.map(async (running, index) => {
        const { outcome } = await running;
        if (!outcome.ok) throw new Error(outcome.reason);
        return index;
      }),
    );
    const waiting = new AbortController();
    await Promise.race([Promise.all(checks.slice(0, quickest)), pause(clock, PREFERENCE_MS, waiting.signal)]);
    waiting.abort();
    return answers.find((answer) => answer?.outcome.ok === true) ?? (await checks[quickest]) ?? NOWHERE;
  } catch {
    await Promise.all(checks);
    return answers.find((answer) => answer?.isAccepted === true) ?? answers[0] ?? NOWHERE;
  }
}
