import { setMaxListeners } from 'node:events';
import { type DialService, takeLeave } from '@mdns-ambassador/checks';
import type { NetworkInterface } from '@mdns-ambassador/mdns';
import type { Target } from '@mdns-ambassador/relay';
import type { TcpTarget } from './local-targets.ts';

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

/** Dials all targets at once; resolves with the names of the interfaces on which one answered. Never rejects. */
export async function findAnsweringInterfaces(
  targets: readonly InterfaceTarget[],
  dial: DialService,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const answered = await Promise.all(
    targets.map(async ({ interfaceName, target }) =>
      (await answers(target, dial, signal)) ? interfaceName : undefined,
    ),
  );
  return new Set(answered.filter((name) => name !== undefined));
}

/** Dials all targets at once; resolves with the first that answers, or why none does: the first target's error. Never rejects. */
export async function findAnsweringTarget(
  targets: readonly TcpTarget[],
  dial: DialService,
  signal: AbortSignal,
): Promise<{ readonly target: TcpTarget } | { readonly failed: TcpTarget; readonly error: unknown } | undefined> {
  const errors = new Map<TcpTarget, unknown>();
  const race = new AbortController();
  const either = AbortSignal.any([signal, race.signal]);
  setMaxListeners(0, either);
  try {
    const target = await Promise.any(
      targets.map(async (candidate) => {
        try {
          await touch(candidate, dial, either);
          return candidate;
        } catch (error) {
          errors.set(candidate, error);
          throw error;
        }
      }),
    );
    return { target };
  } catch {
    const failed = targets[0];
    return failed === undefined ? undefined : { failed, error: errors.get(failed) };
  } finally {
    race.abort();
  }
}

async function answers(target: Target, dial: DialService, signal: AbortSignal): Promise<boolean> {
  try {
    await touch(target, dial, signal);
    return true;
  } catch {
    return false;
  }
}

/** Connects and takes its leave with a FIN. */
async function touch(target: Target, dial: DialService, signal: AbortSignal): Promise<void> {
  const connection = await dial(target, signal);
  takeLeave(connection);
}
