import type { Outcome } from './clients.ts';

/** What a group of clients experienced. */
export interface Tally {
  readonly connections: number;
  readonly failed: number;
  /** Clients that were being served by an instance when it was killed; nothing can save those. */
  readonly cutOff: number;
  readonly slowestMs: number;
  readonly answersBy: ReadonlyMap<string, number>;
  /** Each reason of a failure once. */
  readonly reasons: readonly string[];
}

export const EMPTY_TALLY: Tally = {
  connections: 0,
  failed: 0,
  cutOff: 0,
  slowestMs: 0,
  answersBy: new Map(),
  reasons: [],
};

/** `diedAt`: when an instance that was killed was gone; who began later and failed was failed by the proxy. */
export function tallyOutcomes(outcomes: readonly Outcome[], diedAt: number = Number.NEGATIVE_INFINITY): Tally {
  const answersBy = new Map<string, number>();
  const reasons = new Set<string>();
  let failed = 0;
  let cutOff = 0;
  let slowestMs = 0;
  for (const outcome of outcomes) {
    if (outcome.kind === 'answered') {
      answersBy.set(outcome.by, (answersBy.get(outcome.by) ?? 0) + 1);
      slowestMs = Math.max(slowestMs, outcome.tookMs);
    } else if (outcome.startedAt < diedAt && isCut(outcome.reason)) cutOff += 1;
    else {
      failed += 1;
      reasons.add(outcome.reason);
    }
  }
  return { connections: outcomes.length, failed, cutOff, slowestMs, answersBy, reasons: [...reasons] };
}

/** Who of these has answered nobody. */
export function listUnheard(outcomes: readonly Outcome[], names: readonly string[]): readonly string[] {
  return names.filter((name) => !outcomes.some((outcome) => outcome.kind === 'answered' && outcome.by === name));
}

/** Both together. */
export function addTallies(a: Tally, b: Tally): Tally {
  const answersBy = new Map(a.answersBy);
  for (const [name, count] of b.answersBy) answersBy.set(name, (answersBy.get(name) ?? 0) + count);
  return {
    connections: a.connections + b.connections,
    failed: a.failed + b.failed,
    cutOff: a.cutOff + b.cutOff,
    slowestMs: Math.max(a.slowestMs, b.slowestMs),
    answersBy,
    reasons: [...new Set([...a.reasons, ...b.reasons])],
  };
}

/** A connection that was carried and then broke; what never reached anybody times out or is refused. */
function isCut(reason: string): boolean {
  return reason === 'ECONNRESET' || reason === 'EPIPE' || reason === 'closed without an answer';
}
