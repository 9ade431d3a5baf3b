import type { CheckOutcome } from '@mdns-ambassador/checks';
import type { NetworkInterface } from '@mdns-ambassador/mdns';
import type { Clock } from '@mdns-ambassador/relay';
import type { TcpTarget } from './local-targets.ts';
import { pause } from './pause.ts';
import type { TargetAnswer, TargetCheck } from './target-check.ts';

/** Whoever is at a likelier address answers so soon after one at another. */
const PREFERENCE_MS = 250;
const NOWHERE = { target: undefined, outcome: { ok: false, reason: 'the service has no address' } } as const;

/** From where a service can be reached. */
export type Reachability =
  /** From every interface that is announced on. */
  | { readonly kind: 'everywhere' }
  /** From some of them, by name. */
  | { readonly kind: 'partly'; readonly interfaces: readonly string[] }
  /** It answers, but on none of the addresses that a publication would give out. */
  | { readonly kind: 'nowhere' };

/** An address of an interface, and the target that leads to it. */
export interface InterfaceTarget {
  readonly interfaceName: string;
  readonly target: TcpTarget;
}

/** An interface counts when one of its addresses answers; pure. */
export function judgeReachability(
  interfaces: readonly NetworkInterface[],
  answering: ReadonlySet<string>,
): Reachability {
  const names = interfaces.map(({ name }) => name);
  const reached = names.filter((name) => answering.has(name));
  if (reached.length === 0) return { kind: 'nowhere' };
  return reached.length === names.length ? { kind: 'everywhere' } : { kind: 'partly', interfaces: reached };
}

/** Checks all targets at once; resolves with the names of the interfaces on which one answered. Never rejects. */
export async function findAnsweringInterfaces(
  targets: readonly InterfaceTarget[],
  targetCheck: TargetCheck,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const answered = await Promise.all(
    targets.map(async ({ interfaceName, target }) =>
      (await targetCheck(target, signal)).isAccepted ? interfaceName : undefined,
    ),
  );
  return new Set(answered.filter((name) => name !== undefined));
}

/** What one target answered. */
interface Answer extends TargetAnswer {
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
  const answers: (Answer | undefined)[] = targets.map(() => undefined);
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
