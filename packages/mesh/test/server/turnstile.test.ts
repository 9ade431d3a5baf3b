import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Turnstile, type TurnstileLimits } from '../../src/server/turnstile.ts';

const LIMITS: TurnstileLimits = { atOnce: 4, atOncePerAddress: 2, waiting: 3, failures: 2, failuresPerSecond: 1 };

describe('Room', () => {
  test('is for so many of one address, and the others wait for their turn in order', () => {
    const turnstile = new Turnstile<string>(LIMITS);
    expect(['a1', 'a2', 'a3', 'a4', 'b1'].map((name) => turnstile.arrive(name.charAt(0), name, 0).kind)).toEqual([
      'enter',
      'enter',
      'wait',
      'wait',
      'enter',
    ]);
    expect(turnstile.leave('b')).toEqual([]);
    expect(turnstile.leave('a')).toEqual(['a3']);
    expect(turnstile.leave('a')).toEqual(['a4']);
    expect(turnstile.sizes).toEqual({ inside: 2, waiting: 0, failed: 0 });
  });

  test('one address that takes all that it may leaves room for another', () => {
    const turnstile = new Turnstile<string>(LIMITS);
    for (let number = 0; number < 4; number++) turnstile.arrive('a', `a${number}`, 0);
    expect(turnstile.arrive('b', 'b', 0).kind).toBe('enter');
  });

  test('to wait is bounded too', () => {
    const turnstile = new Turnstile<string>(LIMITS);
    for (let number = 0; number < 5; number++) turnstile.arrive('a', `a${number}`, 0);
    expect(turnstile.arrive('a', 'more', 0)).toEqual({ kind: 'refuse', reason: 'too many handshakes are under way' });
    turnstile.giveUp('a4');
    expect(turnstile.arrive('a', 'more', 0).kind).toBe('wait');
  });

  test('never are more inside than may be, and everybody who waits enters in the end', () => {
    const step = fc.record({ address: fc.constantFrom('a', 'b', 'c', 'd'), leaves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const turnstile = new Turnstile<string>({ ...LIMITS, waiting: 100 });
        const inside: string[] = [];
        let waiting = 0;
        for (const { address, leaves } of steps) {
          const at = leaves ? inside.indexOf(address) : -1;
          if (at >= 0) {
            inside.splice(at, 1);
            const admitted = turnstile.leave(address);
            waiting -= admitted.length;
            inside.push(...admitted);
          } else if (turnstile.arrive(address, address, 0).kind === 'enter') inside.push(address);
          else waiting += 1;
          expect(inside.length).toBeLessThanOrEqual(LIMITS.atOnce);
          for (const one of 'abcd') {
            expect(inside.filter((name) => name === one).length).toBeLessThanOrEqual(LIMITS.atOncePerAddress);
          }
          expect(turnstile.sizes).toMatchObject({ inside: inside.length, waiting });
        }
        while (inside.length > 0) {
          const admitted = turnstile.leave(inside.shift() ?? '');
          waiting -= admitted.length;
          inside.push(...admitted);
        }
        expect(waiting).toBe(0);
      }),
    );
  });
});

describe('An address whose handshakes fail', () => {
  test('is turned away until it has failed no more for a while, and others are not', () => {
    const turnstile = new Turnstile<string>(LIMITS);
    turnstile.fail('a', 0);
    expect(turnstile.arrive('a', 'a', 0).kind).toBe('enter');
    turnstile.fail('a', 0);
    expect(turnstile.arrive('a', 'a', 0)).toEqual({
      kind: 'refuse',
      reason: 'too many handshakes from there have failed',
    });
    expect(turnstile.arrive('b', 'b', 0).kind).toBe('enter');
    expect(turnstile.arrive('a', 'a', 1_000).kind).toBe('enter');
  });

  test('is remembered among 1,024', () => {
    const turnstile = new Turnstile<string>(LIMITS);
    for (let address = 0; address < 3_000; address++) turnstile.fail(`${address}`, 0);
    expect(turnstile.sizes.failed).toBe(1_024);
  });
});
