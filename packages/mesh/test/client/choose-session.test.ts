import { describe, expect, test } from 'vitest';
import { chooseSession, type SessionCandidate, wantsAnother } from '../../src/client/choose-session.ts';

function candidate(change: Partial<SessionCandidate> = {}): SessionCandidate {
  return {
    size: 0,
    isOver: false,
    isDraining: false,
    isFull: false,
    isCongested: false,
    isSilent: false,
    isBulk: false,
    ...change,
  };
}

describe('A new stream', () => {
  test('goes where the fewest are', () => {
    const [busy, quiet] = [candidate({ size: 3 }), candidate({ size: 1 })];
    expect(chooseSession([busy, quiet])).toBe(quiet);
  });

  test.each(['isOver', 'isDraining', 'isFull', 'isCongested', 'isSilent'] as const)(
    'does not go where a connection %s',
    (what) => {
      expect(chooseSession([candidate({ [what]: true })])).toBeUndefined();
      const other = candidate({ size: 9 });
      expect(chooseSession([candidate({ [what]: true }), other])).toBe(other);
    },
  );

  test('does not go beside bulk, unless all four carry it', () => {
    const bulk = candidate({ isBulk: true });
    expect(chooseSession([bulk])).toBeUndefined();
    expect(chooseSession([bulk, bulk, bulk])).toBeUndefined();
    const emptier = candidate({ isBulk: true, size: -1 });
    expect(chooseSession([bulk, emptier, bulk, bulk])).toBe(emptier);
  });

  test('goes where nobody answers only if there are eight such connections', () => {
    const silent = candidate({ isSilent: true });
    expect(chooseSession(Array.from({ length: 7 }, () => silent))).toBeUndefined();
    expect(chooseSession(Array.from({ length: 8 }, () => silent))).toBe(silent);
  });
});

describe('Another connection', () => {
  test('is made until there are two on which nothing waits', () => {
    expect(wantsAnother([], 0)).toBe(true);
    expect(wantsAnother([candidate()], 0)).toBe(true);
    expect(wantsAnother([candidate()], 1)).toBe(false);
    expect(wantsAnother([candidate(), candidate()], 0)).toBe(false);
    expect(wantsAnother([candidate({ isBulk: true }), candidate()], 0)).toBe(true);
    expect(wantsAnother([candidate({ isDraining: true }), candidate()], 0)).toBe(true);
  });

  test('is not the fifth, nor the ninth with those that do not answer', () => {
    const bulk = candidate({ isBulk: true });
    expect(wantsAnother([bulk, bulk, bulk], 0)).toBe(true);
    expect(wantsAnother([bulk, bulk, bulk, bulk], 0)).toBe(false);
    const silent = candidate({ isSilent: true });
    expect(
      wantsAnother(
        Array.from({ length: 8 }, () => silent),
        0,
      ),
    ).toBe(false);
  });
});
