import { expect, test } from 'vitest';
import { describePeerEvent } from '../../src/output/peer-lines.ts';

test('a peer that is not reached is named once', () => {
  const describe = (reason: string): string | undefined =>
    describePeerEvent({ kind: 'peer-failed', place: '10.0.0.5:5350', reason });
  expect(describe('10.0.0.5:5350 refused the connection')).toBe(
    'peer 10.0.0.5:5350 not reached, tried again: it refused the connection',
  );
  expect(describe('it did not answer')).toBe('peer 10.0.0.5:5350 not reached, tried again: it did not answer');
});
