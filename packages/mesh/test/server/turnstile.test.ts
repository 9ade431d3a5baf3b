import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitLimits, TURNSTILE_LIMITS, Turnstile, type TurnstileLimits } from '../../src/server/turnstile.ts';

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
    expect(turnstile.leave('b', 'b1')).toEqual([]);
    expect(turnstile.leave('a', 'a2')).toEqual(['a3']);
    expect(turnstile.leave('a', 'a1')).toEqual(['a4']);
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
    turnstile.giveUp('a', 'a4');
    expect(turnstile.arrive('a', 'more', 0).kind).toBe('wait');
  });

  test('is made for an address that has fewer inside: the earliest of the address that has most goes', () => {
    const turnstile = new Turnstile<string>(LIMITS);
    for (const name of ['a1', 'a2', 'b1', 'b2']) turnstile.arrive(name.charAt(0), name, 0);
    expect(turnstile.arrive('c', 'c1', 0)).toEqual({ kind: 'enter', expelled: 'a1' });
    expect(turnstile.leave('a', 'a1')).toEqual([]);
    expect(turnstile.arrive('d', 'd1', 0)).toEqual({ kind: 'enter', expelled: 'b1' });
    // All have one: whoever comes now waits for his turn.
    expect(turnstile.arrive('e', 'e1', 0)).toEqual({ kind: 'wait' });
    expect(turnstile.arrive('a', 'a3', 0)).toEqual({ kind: 'wait' });
    expect(turnstile.leave('d', 'd1')).toEqual(['e1']);
    expect(turnstile.sizes).toEqual({ inside: 4, waiting: 1, failed: 0 });
  });

  test('among those who wait is shared in the same way', () => {
    const turnstile = new Turnstile<string>(LIMITS);
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2']) turnstile.arrive(name.charAt(0), name, 0);
    expect(turnstile.arrive('b', 'b3', 0)).toEqual({ kind: 'wait', expelled: 'a3' });
    expect(turnstile.arrive('b', 'b4', 0)).toMatchObject({ kind: 'refuse' });
  });

  test('never are more inside than may be, nobody is forgotten, and everybody who waits enters in the end', () => {
    const step = fc.record({ address: fc.constantFrom('a', 'b', 'c', 'd'), leaves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const turnstile = new Turnstile<string>({ ...LIMITS, waiting: 100 });
        const inside = new Set<string>();
        let waiting = 0;
        const leave = (visitor: string): void => {
          inside.delete(visitor);
          const admitted = turnstile.leave(visitor.charAt(0), visitor);
          waiting -= admitted.length;
          for (const one of admitted) inside.add(one);
        };
        for (const [number, { address, leaves }] of steps.entries()) {
          const leaving = leaves ? [...inside].find((name) => name.startsWith(address)) : undefined;
          if (leaving !== undefined) leave(leaving);
          else {
            const visitor = address + number;
            const admission = turnstile.arrive(address, visitor, 0);
            if (admission.kind === 'enter') inside.add(visitor);
            else waiting += 1;
            if (admission.kind === 'enter' && admission.expelled !== undefined) inside.delete(admission.expelled);
          }
          expect(inside.size).toBeLessThanOrEqual(LIMITS.atOnce);
          for (const one of 'abcd') {
            const own = [...inside].filter((name) => name.startsWith(one));
            expect(own.length).toBeLessThanOrEqual(LIMITS.atOncePerAddress);
          }
          expect(turnstile.sizes).toMatchObject({ inside: inside.size, waiting });
        }
        while (inside.size > 0) leave([...inside][0] ?? '');
        expect(waiting).toBe(0);
      }),
    );
  });
});

test('half of what may be open at once is left to those who were let in', () => {
  expect(fitLimits(448)).toEqual({ ...TURNSTILE_LIMITS, atOnce: 112, waiting: 112 });
  expect(fitLimits(100_000)).toEqual(TURNSTILE_LIMITS);
  expect(fitLimits(1)).toMatchObject({ atOnce: 1, waiting: 1 });
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

  test('may leave 32 times where it may fail once, and who comes through is forgiven', () => {
    const turnstile = new Turnstile<string>(LIMITS);
    for (let time = 0; time < 32; time++) turnstile.abandon('a', 0);
    expect(turnstile.arrive('a', 'a', 0).kind).toBe('enter');
    turnstile.abandon('a', 0);
    expect(turnstile.arrive('a', 'b', 0).kind).toBe('refuse');
    turnstile.succeed('a', 0);
    expect(turnstile.arrive('a', 'c', 0).kind).toBe('enter');
    for (let time = 0; time < 1_000; time++) {
      turnstile.abandon('b', 0);
      turnstile.succeed('b', 0);
    }
    expect(turnstile.arrive('b', 'd', 0).kind).toBe('enter');
  });

  test('is remembered among 1,024', () => {
    const turnstile = new Turnstile<string>(LIMITS);
    for (let address = 0; address < 3_000; address++) turnstile.fail(`${address}`, 0);
    expect(turnstile.sizes.failed).toBe(1_024);
  });
});
