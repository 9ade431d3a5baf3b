import { describe, expect, it } from 'vitest';
import { ConflictLog } from '../../../src/rules/answering/conflict-log.ts';

describe('ConflictLog', () => {
  it('asks for no pause after fourteen conflicts in ten seconds (RFC 6762 8.1)', () => {
    const log = new ConflictLog();
    for (let at = 0; at < 14; at++) log.note(at);
    expect(log.pauseMs(14)).toBe(0);
  });

  it('asks for five seconds after the fifteenth (RFC 6762 8.1)', () => {
    const log = new ConflictLog();
    for (let at = 0; at < 15; at++) log.note(at);
    expect(log.pauseMs(15)).toBe(5_000);
    expect(log.pauseMs(10_001)).toBe(0);
  });

  it('asks for no pause when they came slowly (RFC 6762 8.1)', () => {
    const log = new ConflictLog();
    for (let count = 0; count < 100; count++) log.note(count * 1_000);
    expect(log.pauseMs(99_000)).toBe(0);
  });
});
