import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PlaceBook, reserveOf } from '../../src/workers/place-book.ts';
import { PlacePurse } from '../../src/workers/place-purse.ts';

/** Workers that ask one book, by messages that are on their way until they are delivered. */
class Places {
  readonly book: PlaceBook;
  readonly limit: number;
  readonly purses: readonly PlacePurse[];
  readonly inside: number[];
  readonly refused: number[];
  /** By worker, in order: to the book, and back. */
  readonly #asked: (readonly [wanted: number, given: number])[][];
  readonly #answered: (readonly [granted: number, refused: number])[][];

  constructor(limit: number, workers: number) {
    this.limit = limit;
    this.book = new PlaceBook(limit);
    const each = Array.from({ length: workers }, (_, index) => index);
    this.inside = each.map(() => 0);
    this.refused = each.map(() => 0);
    this.#asked = each.map(() => []);
    this.#answered = each.map(() => []);
    this.purses = each.map(
      (index) =>
        new PlacePurse({
          reserve: reserveOf(limit, workers),
          ask: (wanted, given) => this.#asked[index]?.push([wanted, given]),
        }),
    );
  }

  get taken(): number {
    return this.inside.reduce((sum, each) => sum + each, 0);
  }

  enter(worker: number): void {
    this.purses[worker]?.enter((hasPlace) => {
      const counts = hasPlace ? this.inside : this.refused;
      counts[worker] = (counts[worker] ?? 0) + 1;
    });
  }

  leave(worker: number): void {
    if ((this.inside[worker] ?? 0) === 0) return;
    this.inside[worker] = (this.inside[worker] ?? 0) - 1;
    this.purses[worker]?.leave();
  }

  /** One message of the worker's, and one to it. */
  deliver(worker: number): boolean {
    const asked = this.#asked[worker]?.shift();
    if (asked !== undefined) {
      const [wanted, given] = asked;
      const granted = this.book.settle(worker, wanted, given);
      if (wanted > 0) this.#answered[worker]?.push([granted, wanted - granted]);
    }
    const answer = this.#answered[worker]?.shift();
    if (answer !== undefined) this.purses[worker]?.take(...answer);
    return asked !== undefined || answer !== undefined;
  }

  settle(): void {
    let rounds = 0;
    while (this.purses.some((_, worker) => this.deliver(worker))) {
      rounds += 1;
      if (rounds > 10_000) throw new Error('it never ends');
    }
  }
}

test('of a small limit every place is had, by whichever worker, and the next is refused', () => {
  const places = new Places(4, 2);
  for (let count = 0; count < 4; count++) places.enter(0);
  places.settle();
  expect(places.inside).toEqual([4, 0]);
  places.enter(1);
  places.settle();
  expect(places.refused).toEqual([0, 1]);
  places.leave(0);
  places.settle();
  places.enter(1);
  places.settle();
  expect(places.inside).toEqual([3, 1]);
});

test('of a large one each worker keeps a few unused, so that it asks seldom', () => {
  const places = new Places(10_000, 2);
  places.enter(0);
  places.settle();
  expect(10_000 - places.book.free).toBe(51);
  for (let count = 0; count < 20; count++) places.enter(0);
  expect(places.inside[0]).toBe(21);
});

test('what a worker had that has ended is free', () => {
  const places = new Places(4, 2);
  for (let count = 0; count < 4; count++) places.enter(0);
  places.settle();
  places.book.forget(0);
  for (let count = 0; count < 4; count++) places.enter(1);
  places.settle();
  expect(places.inside[1]).toBe(4);
});

test('never are there more inside than the limit, everybody is answered, and nobody is refused while there is room', () => {
  const step = fc.record({
    what: fc.constantFrom('enter', 'enter', 'leave', 'deliver'),
    worker: fc.nat({ max: 2 }),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 900 }), fc.array(step, { maxLength: 400 }), (limit, steps) => {
      const places = new Places(limit, 3);
      let [entered, left] = [0, 0];
      for (const { what, worker } of steps) {
        if (what === 'enter') {
          entered += 1;
          places.enter(worker);
        } else if (what === 'leave') {
          left += (places.inside[worker] ?? 0) > 0 ? 1 : 0;
          places.leave(worker);
        } else places.deliver(worker);
        expect(places.taken).toBeLessThanOrEqual(limit);
      }
      places.settle();
      const refused = places.refused.reduce((sum, each) => sum + each, 0);
      expect(places.taken + left + refused).toBe(entered);
      // Each worker keeps a hundredth of its part.
      if (entered <= limit - 3 * 2 * reserveOf(limit, 3)) expect(refused).toBe(0);
    }),
  );
});
