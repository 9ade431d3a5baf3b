import type { CheckOutcome } from '@mdns-ambassador/checks';
import type { NetworkInterface } from '@mdns-ambassador/mdns';
import type { TcpTarget } from './local-targets.ts';
import type { TargetCheck } from './target-check.ts';

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

/**
 * Checks all targets at once; resolves with the first that is well, else with what the first that accepted said, else with what
 * the first of all did. At least one target. Never rejects.
 */
export async function findTarget(
  targets: readonly TcpTarget[],
  targetCheck: TargetCheck,
  signal: AbortSignal,
): Promise<{ readonly target: TcpTarget | undefined; readonly outcome: CheckOutcome }> {
  // Those that come later go on to their end: a conversation that is broken off counts against us (MySQL).
  const checks = targets.map(async (target) => ({ target, ...(await targetCheck(target, signal)) }));
  try {
    return await Promise.any(
      checks.map(async (running) => {
        const answer = await running;
        if (!answer.outcome.ok) throw new Error(answer.outcome.reason);
        return answer;
      }),
    );
  } catch {
    const answers = await Promise.all(checks);
    const told = answers.find(({ isAccepted }) => isAccepted) ?? answers[0];
    return told ?? { target: undefined, outcome: { ok: false, reason: 'the service has no address' } };
  }
}
