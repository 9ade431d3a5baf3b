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

test.each([
  [40_000, "peers are told of port 40000, for 5350 can't be had here; who names this machine writes --peer HOST:40000"],
  [undefined, "port 5350 for peers can't be had, so that peers are dialled from here alone: EADDRINUSE"],
  [5_350, undefined],
])('A port that is taken is told of with what is done instead: %s', (port, line) => {
  expect(describePeerEvent({ kind: 'peer-port', port, wanted: 5_350, reason: 'EADDRINUSE' })).toBe(line);
});
