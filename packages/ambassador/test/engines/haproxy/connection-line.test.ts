import { describe, expect, test } from 'vitest';
import { parseConnectionLine } from '../../../src/engines/haproxy/connection-line.ts';

describe('a line for a connection that has ended', () => {
  test('says who it was, who served and what passed', () => {
    expect(parseConnectionLine('10.0.0.9 51000 ambassador.a.1 -- 12 3400 +25 3')).toEqual({
      client: { address: '10.0.0.9', port: 51_000 },
      server: 'ambassador.a.1',
      bytesUp: 12,
      bytesDown: 3_400,
      durationMs: 25,
      dialMs: 3,
      outcome: { kind: 'ended' },
    });
  });

  test.each([
    ['CD', { kind: 'reset', by: 'client', code: 'ECONNRESET' }],
    ['CC', { kind: 'left' }],
    ['SD', { kind: 'reset', by: 'upstream', code: 'ECONNRESET' }],
    ['SC', { kind: 'failed', reason: 'refused' }],
    ['sC', { kind: 'failed', reason: 'no answer in time' }],
    ['cD', { kind: 'abandoned' }],
    ['KD', { kind: 'aborted' }],
  ] as const)('tells %s', (state, outcome) => {
    expect(parseConnectionLine(`10.0.0.9 51000 s ${state} 0 0 0 -1`)?.outcome).toEqual(outcome);
  });

  test('has no client on a unix socket, no server where none was found, no dial where none succeeded', () => {
    const line = parseConnectionLine('unix 1 <NOSRV> SC 0 0 7 -1');
    expect(line).toEqual({
      bytesUp: 0,
      bytesDown: 0,
      durationMs: 7,
      outcome: { kind: 'failed', reason: 'refused' },
    });
  });

  test('is nothing else that haproxy writes', () => {
    expect(parseConnectionLine('Proxy service started.')).toBeUndefined();
    expect(parseConnectionLine('')).toBeUndefined();
  });
});
