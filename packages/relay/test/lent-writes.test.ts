import { Duplex, getDefaultHighWaterMark } from 'node:stream';
import { expect, test } from 'vitest';

/** What `lendReads` and a splice take for granted of every Node that is supported. */

/** Takes a write at once or, with `later`, when told to. */
class Sink extends Duplex {
  later: (() => void) | undefined;
  readonly #isSlow: boolean;

  constructor(isSlow: boolean) {
    super();
    this.#isSlow = isSlow;
  }

  override _read(): void {
    // Nothing comes.
  }

  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#isSlow) this.later = done;
    else done();
  }
}

test('a chunk of the high water mark is refused more as long as it is not taken, and told of once it is', async () => {
  for (const size of [getDefaultHighWaterMark(false), getDefaultHighWaterMark(false) + 1]) {
    const sink = new Sink(true);
    let isDrained = false;
    sink.on('drain', () => {
      isDrained = true;
    });
    expect(sink.write(Buffer.alloc(size))).toBe(false);
    expect(sink.writableLength).toBe(size);
    await new Promise(setImmediate);
    expect(isDrained).toBe(false);
    sink.later?.();
    expect(sink.writableLength).toBe(0);
    await new Promise(setImmediate);
    expect(isDrained).toBe(true);
  }
});

test('a chunk below the high water mark counts until it is taken, and its callback says when', async () => {
  const sink = new Sink(true);
  let isTaken = false;
  sink.write(Buffer.alloc(1), () => {
    isTaken = true;
  });
  await new Promise(setImmediate);
  expect([sink.writableLength, isTaken]).toEqual([1, false]);
  sink.later?.();
  await new Promise(setImmediate);
  expect([sink.writableLength, isTaken]).toEqual([0, true]);
});

test('what is taken at once is no more in the length when write returns', () => {
  const sink = new Sink(false);
  sink.write(Buffer.alloc(sink.writableHighWaterMark));
  expect(sink.writableLength).toBe(0);
});

test('a buffer is passed on as it is, not as a copy: whoever writes it keeps it as it is until it is taken', () => {
  const chunk = Buffer.alloc(3);
  let seen: Buffer | undefined;
  const sink = new Duplex({
    read: () => undefined,
    write: (given: Buffer, _encoding, done) => {
      seen = given;
      done();
    },
  });
  sink.write(chunk);
  expect(seen).toBe(chunk);
});
