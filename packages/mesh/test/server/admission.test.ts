import { seededRandom } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ADMISSION_LIMITS,
  ADMISSION_TICK_MS,
  Admission,
  type AdmissionLimits,
  fitLimits,
} from '../../src/server/admission.ts';

const LIMITS: AdmissionLimits = {
  atOnce: 4,
  reserved: 0,
  atOncePerOrigin: 2,
  waiting: 3,
  failures: 2,
  failuresPerSecond: 1,
};
const WAITS = { entered: [], expelled: [] };

function enters(visitor: string, ...expelled: readonly string[]): object {
  return { entered: [visitor], expelled };
}

/** Everybody comes from the address that is his first letter. */
function fill(admission: Admission<string>, ...visitors: readonly string[]): void {
  for (const visitor of visitors) admission.arrive(visitor.charAt(0), visitor, 0);
}

describe('Room', () => {
  test('is for so many of one origin, and the others wait for their turn in order', () => {
    const admission = new Admission<string>(LIMITS);
    fill(admission, 'a1', 'a2', 'a3', 'a4', 'b1');
    expect(admission.sizes).toMatchObject({ inside: 3, waiting: 2 });
    expect(admission.leave('b1', 0)).toEqual(WAITS);
    expect(admission.leave('a2', 0)).toEqual(enters('a3'));
    expect(admission.leave('a1', 0)).toEqual(enters('a4'));
    expect(admission.sizes).toMatchObject({ inside: 2, waiting: 0, failed: 0 });
  });

  test('one origin that takes all that it may leaves room for another', () => {
    const admission = new Admission<string>(LIMITS);
    fill(admission, 'a1', 'a2', 'a3', 'a4');
    expect(admission.arrive('b', 'b', 0)).toEqual(enters('b'));
  });

  test('to wait is bounded too', () => {
    const admission = new Admission<string>(LIMITS);
    fill(admission, 'a1', 'a2', 'a3', 'a4', 'a5');
    expect(admission.arrive('a', 'more', 0)).toEqual({ entered: [], expelled: ['more'] });
    expect(admission.leave('a4', 0)).toEqual(WAITS);
    expect(admission.arrive('a', 'more', 0)).toEqual(WAITS);
  });

  test('is made for an origin that has fewer inside: the earliest of the one that has most goes', () => {
    const admission = new Admission<string>(LIMITS);
    fill(admission, 'a1', 'a2', 'b1', 'b2');
    expect(admission.arrive('c', 'c1', 0)).toEqual(enters('c1', 'a1'));
    expect(admission.leave('a1', 0)).toEqual(WAITS);
    expect(admission.arrive('d', 'd1', 0)).toEqual(enters('d1', 'b1'));
    // All have one: whoever comes now waits for his turn.
    expect(admission.arrive('e', 'e1', 0)).toEqual(WAITS);
    expect(admission.arrive('a', 'a3', 0)).toEqual(WAITS);
    expect(admission.leave('d1', 0)).toEqual(enters('e1'));
    expect(admission.sizes).toMatchObject({ inside: 4, waiting: 1 });
  });

  test('among those who wait is shared in the same way', () => {
    const admission = new Admission<string>(LIMITS);
    fill(admission, 'a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2');
    expect(admission.arrive('b', 'b3', 0)).toEqual({ entered: [], expelled: ['a3'] });
    expect(admission.arrive('b', 'b4', 0)).toEqual({ entered: [], expelled: ['b4'] });
  });

  test('of strangers is given up after half a second where others wait, and not before', () => {
    const admission = new Admission<string>(LIMITS);
    fill(admission, 'a', 'b', 'c', 'd', 'e');
    expect(admission.tick(499)).toEqual(WAITS);
    expect(admission.tick(500)).toEqual(enters('e', 'a'));
    expect(admission.tick(5_000)).toEqual(WAITS);
  });

  test('is one for the addresses of one IPv6 network', () => {
    const admission = new Admission<string>(LIMITS);
    for (let host = 1; host <= 5; host++) admission.arrive(`fe80::${host}%eth0`, `v${host}`, 0);
    expect(admission.sizes).toMatchObject({ inside: 2, waiting: 3 });
    expect(admission.arrive('fe80::1%eth1', 'w', 0)).toEqual(enters('w'));
  });

  test('never are more inside than may be, nobody is forgotten, and everybody who waits enters in the end', () => {
    const step = fc.record({
      address: fc.constantFrom('a', 'b', 'c', 'd'),
      does: fc.constantFrom('arrives', 'leaves', 'fails', 'is a member', 'ticks'),
      passes: fc.integer({ min: 0, max: 600 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const admission = new Admission<string>({ ...LIMITS, reserved: 1, waiting: 100 });
        const [inside, waiting] = [new Set<string>(), new Set<string>()];
        let now = 0;
        const follow = ({ entered, expelled }: ReturnType<typeof admission.tick>): void => {
          for (const visitor of entered) {
            waiting.delete(visitor);
            inside.add(visitor);
          }
          for (const visitor of expelled) if (!inside.delete(visitor)) waiting.delete(visitor);
        };
        const leave = (visitor: string): void => {
          inside.delete(visitor);
          follow(admission.leave(visitor, now));
        };
        for (const [number, { address, does, passes }] of steps.entries()) {
          now += passes;
          const one = [...inside].find((name) => name.startsWith(address));
          if (does === 'fails') admission.fail(address, now);
          else if (does === 'is a member') admission.succeed(address, now);
          else if (does === 'ticks') follow(admission.tick(now));
          else if (does === 'leaves' && one !== undefined) leave(one);
          else {
            const visitor = address + number;
            waiting.add(visitor);
            follow(admission.arrive(address, visitor, now));
          }
          expect(inside.size).toBeLessThanOrEqual(LIMITS.atOnce);
          for (const key of 'abcd') {
            // An address that has just become a member's has what it had before beside what it has now.
            const own = [...inside].filter((name) => name.startsWith(key));
            expect(own.length).toBeLessThanOrEqual(2 * LIMITS.atOncePerOrigin);
          }
          expect(admission.sizes).toMatchObject({ inside: inside.size, waiting: waiting.size });
        }
        for (let times = 0; inside.size + waiting.size > 0 && times < 1_000; times++) {
          now += ADMISSION_TICK_MS;
          follow(admission.tick(now));
          for (const visitor of [...inside]) leave(visitor);
        }
        expect(inside.size + waiting.size).toBe(0);
      }),
    );
  });
});

test('half of what may be open at once is left to those who were let in', () => {
  expect(fitLimits(448)).toEqual({ ...ADMISSION_LIMITS, atOnce: 112, reserved: 28, waiting: 112 });
  expect(fitLimits(100_000)).toEqual(ADMISSION_LIMITS);
  expect(fitLimits(1)).toMatchObject({ atOnce: 1, reserved: 0, waiting: 1 });
});

describe('An origin whose handshakes fail', () => {
  test('has eight at once, forty a second, until it has failed no more for a while; others are as before', () => {
    const admission = new Admission<string>({ ...LIMITS, atOnce: 100, atOncePerOrigin: 50, waiting: 100 });
    for (let time = 0; time < 2; time++) admission.fail('a', 0);
    expect(admission.arrive('a', 'a1', 0)).toEqual(enters('a1'));
    expect(admission.arrive('a', 'a2', 24)).toEqual(WAITS);
    expect(admission.tick(25)).toEqual(enters('a2'));
    for (let number = 3; number <= 8; number++) {
      admission.arrive('a', `a${number}`, 25 * (number - 1));
      admission.fail('a', 25 * (number - 1));
    }
    for (const name of ['a9', 'a10']) expect(admission.arrive('a', name, 180)).toEqual(WAITS);
    expect(admission.sizes).toMatchObject({ inside: 8, waiting: 2 });
    expect(admission.arrive('b', 'b', 180)).toEqual(enters('b'));
    // Each has a fifth of a second where others wait, and the last one goes in first.
    expect(admission.tick(199)).toEqual(WAITS);
    expect(admission.tick(200)).toEqual(enters('a10', 'a1'));
    expect(admission.tick(225)).toEqual(enters('a9', 'a2'));
    for (let number = 0; number < 6; number++) admission.arrive('a', `late${number}`, 5_000);
    expect(admission.sizes).toMatchObject({ waiting: 0 });
  });

  test('may leave 32 times where it may fail once, and who comes through is forgiven', () => {
    const admission = new Admission<string>({ ...LIMITS, atOnce: 100, atOncePerOrigin: 50 });
    const isNarrow = (address: string): boolean => {
      const [first, second] = [`${address}${Math.random()}`, `${address}${Math.random()}`];
      admission.arrive(address, first, 0);
      const { entered } = admission.arrive(address, second, 0);
      for (const visitor of [first, second]) admission.leave(visitor, 0);
      return entered.length === 0;
    };
    admission.succeed('a', 0);
    for (let time = 0; time < 32; time++) admission.abandon('a', 0);
    expect(isNarrow('a')).toBe(false);
    admission.abandon('a', 0);
    expect(isNarrow('a')).toBe(true);
    admission.succeed('a', 0);
    expect(isNarrow('a')).toBe(false);
  });

  test('and an address that had a member are remembered among 1,024', () => {
    const admission = new Admission<string>(LIMITS);
    for (let address = 0; address < 3_000; address++) admission.fail(`10.0.${address >> 8}.${address & 255}`, 0);
    for (let address = 0; address < 3_000; address++) admission.succeed(`fd00::${address}`, 0);
    expect(admission.sizes).toMatchObject({ failed: 1_024, members: 1_024 });
  });
});

/** Plays connections against the real limits in virtual time; a member's handshake takes 20 ms. */
class Siege {
  readonly admission = new Admission<symbol>(ADMISSION_LIMITS);
  readonly #random: () => number;
  readonly #ends = new Map<symbol, { readonly inMs: number; readonly fails: boolean; readonly address: string }>();
  readonly #due: { readonly at: number; readonly visitor: symbol }[] = [];
  readonly outcomes = new Map<symbol, { readonly at: number; readonly isIn: boolean }>();
  now = 0;
  #lastTick = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** `inMs`: how long its handshake takes; then it fails, or leaves as a member. */
  come(address: string, inMs: number, fails: boolean): symbol {
    const visitor = Symbol(address);
    this.#ends.set(visitor, { inMs, fails, address });
    this.#follow(this.admission.arrive(address, visitor, this.now));
    return visitor;
  }

  /** Another moment of up to so many milliseconds. */
  pass(aboutMs: number): void {
    const until = this.now + aboutMs * 2 * this.#random();
    while (this.now < until) {
      this.now = Math.min(until, this.now + 1);
      if (this.now - this.#lastTick >= ADMISSION_TICK_MS) {
        this.#lastTick = this.now;
        this.#follow(this.admission.tick(this.now));
      }
      while ((this.#due[0]?.at ?? Number.POSITIVE_INFINITY) <= this.now) this.#end(this.#due.shift()?.visitor);
    }
  }

  #end(visitor: symbol | undefined): void {
    const end = visitor === undefined ? undefined : this.#ends.get(visitor);
    if (visitor === undefined || end === undefined) return;
    this.#ends.delete(visitor);
    if (end.fails) this.admission.fail(end.address, this.now);
    else this.admission.succeed(end.address, this.now);
    this.outcomes.set(visitor, { at: this.now, isIn: !end.fails });
    this.#follow(this.admission.leave(visitor, this.now));
  }

  #follow({ entered, expelled }: { readonly entered: readonly symbol[]; readonly expelled: readonly symbol[] }): void {
    for (const visitor of expelled) {
      this.#ends.delete(visitor);
      this.outcomes.set(visitor, { at: this.now, isIn: false });
    }
    for (const visitor of entered) {
      const inMs = this.#ends.get(visitor)?.inMs ?? 0;
      this.#due.push({ at: this.now + inMs, visitor });
    }
    this.#due.sort((a, b) => a.at - b.at);
  }

  /** How long a member took who tries again each time that he is sent away. */
  measure(address: string, meanwhile: () => void, patienceMs: number): number {
    const began = this.now;
    let visitor = this.come(address, 20, false);
    while (this.now - began < patienceMs) {
      meanwhile();
      const outcome = this.outcomes.get(visitor);
      if (outcome?.isIn === true) return outcome.at - began;
      if (outcome !== undefined) visitor = this.come(address, 20, false);
    }
    return Number.POSITIVE_INFINITY;
  }
}

const SILENT_MS = 5_000;

describe.each([1, 2, 3])('Under siege (seed %i)', (seed) => {
  test('an address that had a member is let in at once, whatever strangers come from how many addresses', () => {
    const siege = new Siege(seed);
    siege.measure('10.0.0.1', () => siege.pass(10), 1_000);
    let stranger = 0;
    const attack = (): void => {
      for (let times = 0; times < 4; times++) {
        stranger += 1;
        siege.come(`10.1.${(stranger >> 8) & 255}.${stranger & 255}`, SILENT_MS, true);
      }
      siege.pass(2);
    };
    for (let times = 0; times < 1_000; times++) attack();
    const took = Array.from({ length: 50 }, () => siege.measure('10.0.0.1', attack, 10_000));
    expect(Math.max(...took)).toBeLessThan(50);
  });

  test.each([
    ['fails at once', 1],
    ['is silent', SILENT_MS],
  ])('who %s from the address of a member, 30 times a second, locks nobody out of it', (_, inMs) => {
    const siege = new Siege(seed);
    siege.measure('10.0.0.1', () => siege.pass(10), 1_000);
    const attack = (): void => {
      siege.come('10.0.0.1', inMs, true);
      siege.pass(33);
    };
    for (let times = 0; times < 600; times++) attack();
    const took = Array.from({ length: 50 }, () => siege.measure('10.0.0.1', attack, 10_000));
    expect(Math.max(...took)).toBeLessThan(2_000);
  });

  test('1,500 addresses of one IPv6 host keep nobody of another network waiting, known or not', () => {
    const siege = new Siege(seed);
    let address = 0;
    const attack = (): void => {
      address = (address + 1) % 1_500;
      siege.come(`fe80::${address.toString(16)}%eth0`, SILENT_MS, true);
      siege.pass(1);
    };
    for (let times = 0; times < 3_000; times++) attack();
    const took = Array.from({ length: 50 }, (_, member) => siege.measure(`10.0.0.${member}`, attack, 10_000));
    expect(Math.max(...took)).toBeLessThan(50);
  });

  test('a member who comes for the first time, among strangers of 1,000 addresses, is in within five seconds', () => {
    const siege = new Siege(seed);
    let stranger = 0;
    const attack = (): void => {
      stranger = (stranger + 1) % 1_000;
      siege.come(`10.1.${stranger >> 8}.${stranger & 255}`, SILENT_MS, true);
      siege.pass(5);
    };
    for (let times = 0; times < 3_000; times++) attack();
    const took = Array.from({ length: 20 }, (_, member) => siege.measure(`10.0.0.${member}`, attack, 10_000));
    expect(Math.max(...took)).toBeLessThan(5_000);
  });
});

describe('Before any work', () => {
  test('an origin is turned away whose own have been waiting for too long, and no other', () => {
    const admission = new Admission<string>(LIMITS);
    fill(admission, 'a1', 'a2', 'a3');
    expect(admission.refuses('a', 0, 3_000)).toBe(false);
    expect(admission.refuses('a', 0, 3_001)).toBe(true);
    expect(admission.refuses('b', 0, 3_001)).toBe(false);
  });

  test('whoever has nobody inside is let in, however long the queue is', () => {
    const admission = new Admission<string>(LIMITS);
    fill(admission, 'a1');
    expect(admission.refuses('a', 4_000, 0)).toBe(true);
    expect(admission.refuses('b', 4_000, 0)).toBe(false);
  });
});
