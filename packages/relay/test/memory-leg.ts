import { Duplex } from 'node:stream';
import type { Leg } from '../src/leg.ts';

/** One end of a connection in memory: it takes one chunk until the other end has read it, and can be reset. */
export class MemoryLeg extends Duplex implements Leg {
  #peer: MemoryLeg | undefined;
  #taken: (() => void) | undefined;

  /** Two ends of one connection. */
  static pair(): [MemoryLeg, MemoryLeg] {
    return MemoryLeg.join(new MemoryLeg(), new MemoryLeg());
  }

  /** The same of two that were made otherwise. */
  static join<Near extends MemoryLeg>(far: MemoryLeg, near: Near): [MemoryLeg, Near] {
    far.#join(near);
    near.#join(far);
    return [far, near];
  }

  constructor() {
    super({ allowHalfOpen: true, highWaterMark: 1024 });
  }

  override _read(): void {
    this.#peer?.finishWrite();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (chunk.length === 0) done();
    else if (this.#peer?.push(chunk) === true) done();
    else this.#taken = done;
  }

  override _final(done: () => void): void {
    this.#peer?.push(null);
    done();
  }

  resetAndDestroy(): this {
    this.#peer?.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    return this.destroy();
  }

  #join(peer: MemoryLeg): void {
    this.#peer = peer;
  }

  /** The other end has read what this one wrote. */
  finishWrite(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }
}
