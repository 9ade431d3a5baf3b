import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../src/system-clock.ts';

describe('the system clock', () => {
  afterEach(() => vi.useRealTimers());

  it('runs once after the delay and never when cancelled', () => {
    vi.useFakeTimers();
    const ran: string[] = [];
    systemClock.after(20, () => ran.push('kept'));
    const cancel = systemClock.after(20, () => ran.push('cancelled'));
    cancel();
    vi.advanceTimersByTime(19);
    expect(ran).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(ran).toEqual(['kept']);
  });

  it('does not take an endless delay for none', () => {
    vi.useFakeTimers();
    const ran: string[] = [];
    systemClock.after(Number.POSITIVE_INFINITY, () => ran.push('too early'));
    vi.advanceTimersByTime(86_400_000);
    expect(ran).toEqual([]);
  });
});
