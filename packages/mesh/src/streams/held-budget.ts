/** What the streams of one connection may hold that nobody reads, and those of all together. */
export const MAX_OF_ONE_BYTES: number = 64 * 1_048_576;
const MAX_OF_ALL_BYTES = 256 * 1_048_576;
/** Where a connection holds more, no more streams are opened on it. */
const NEAR_BYTES = 48 * 1_048_576;
/** Whoever holds less goes on where all together hold too much. */
const SPARED_BYTES = 1_048_576;

/** How much is held for those who do not read: of one connection, and with it of all that share `all`. */
export class HeldBudget {
  readonly #all: { bytes: number };
  #bytes = 0;

  constructor(all: { bytes: number }) {
    this.#all = all;
  }

  /** Whether no more is to be read from the connection until somebody reads what is held. */
  get isSpent(): boolean {
    if (this.#bytes > MAX_OF_ONE_BYTES) return true;
    return this.#all.bytes > MAX_OF_ALL_BYTES && this.#bytes > SPARED_BYTES;
  }

  /** Whether so much is held that new streams might wait for those who do not read. */
  get isNear(): boolean {
    return this.#bytes > NEAR_BYTES;
  }

  change(bytes: number): void {
    this.#bytes += bytes;
    this.#all.bytes += bytes;
  }
}
