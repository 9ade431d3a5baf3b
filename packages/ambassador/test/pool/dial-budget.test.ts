import { describe, expect, test } from 'vitest';
import { DialBudget } from '../../src/pool/dial-budget.ts';

/** How many of `tries` at one time are allowed. */
function spend(budget: DialBudget, announcer: string, tries: number, now: number): number {
  return Array.from({ length: tries }, () => budget.spend(announcer, now)).filter(Boolean).length;
}

describe('what the announcements of one host may cost', () => {
  test('is a hundred dials in any minute at most, whoever asks how often', () => {
    const budget = new DialBudget();
    const times: number[] = [];
    for (let now = 0; now < 300_000; now += 50) if (budget.spend('10.0.0.3', now)) times.push(now);
    const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length));
    expect(most).toBeLessThanOrEqual(100);
    expect(most).toBeGreaterThan(60);
  });

  test('is nothing for a dial that was answered', () => {
    const budget = new DialBudget();
    for (let dial = 0; dial < 1_000; dial++) {
      expect(budget.spend('10.0.0.3', 0)).toBe(true);
      budget.giveBack('10.0.0.3', 0);
    }
  });

  test('never grows beyond what a new one may', () => {
    const budget = new DialBudget();
    const first = spend(budget, 'a', 1_000, 0);
    for (let dial = 0; dial < 200; dial++) budget.giveBack('b', 0);
    expect(spend(budget, 'b', 1_000, 0)).toBe(first);
    expect(spend(budget, 'a', 1_000, 3_600_000)).toBe(first);
  });

  test('is the announcer’s own', () => {
    const budget = new DialBudget();
    spend(budget, 'a', 1_000, 0);
    expect(budget.hasLeft('a', 0)).toBe(false);
    expect(budget.hasLeft('b', 0)).toBe(true);
  });

  test('is remembered of thousands, and then forgotten of whoever was dialled for longest ago', () => {
    const budget = new DialBudget();
    spend(budget, 'first', 1_000, 0);
    spend(budget, 'second', 1_000, 0);
    for (let other = 0; other < 4_095; other++) budget.spend(`other ${other}`, 0);
    expect(budget.hasLeft('first', 0)).toBe(true);
    expect(budget.hasLeft('second', 0)).toBe(false);
  });
});
