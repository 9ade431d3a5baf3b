/** What one read takes at most; as much as libuv would. Where it is no multiple of 64, the kernel copies every later byte askew, which a stream of a mesh takes for whole records. */
export const READ_BYTES = 65_536;
/** Buffers kept for the next large read; two MiB. */
const MAX_SPARE = 32;

/** Buffers that go round, instead of one for the collector at each read. */
export class ReadBuffers {
  /** For reads whose bytes are copied before anybody else reads. */
  readonly shared: Buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  readonly #spare: Buffer[] = [];

  /** A buffer that begins with these bytes. */
  takeCopy(source: Uint8Array, length: number): Buffer {
    const buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(READ_BYTES);
    buffer.set(source.subarray(0, length));
    return buffer;
  }

  /** The giver has no more use for it, nor has anybody it was lent to. */
  giveBack(buffer: Buffer | undefined): void {
    if (buffer !== undefined && this.#spare.length < MAX_SPARE) this.#spare.push(buffer);
  }
}
