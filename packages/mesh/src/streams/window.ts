/** How many bytes of one stream may be on their way, or wait to be read, in each direction. */
export const WINDOW_BYTES = 262_144;
/** The same of a few that carry much, and are read as fast as it comes. */
export const WIDE_WINDOW_BYTES = 1_048_576;

/** What one end may still send of a stream. Pure. */
export class SendWindow {
  #left = WINDOW_BYTES;

  /** How many of so many bytes may be sent now; they count as sent. */
  take(wanted: number): number {
    const taken = Math.min(wanted, this.#left);
    this.#left -= taken;
    return taken;
  }

  /** The receiver lets more come. False where that is more than the window: nothing like it was sent. */
  grant(bytes: number): boolean {
    if (bytes === 0 || this.#left + bytes > WIDE_WINDOW_BYTES) return false;
    this.#left += bytes;
    return true;
  }
}

/** What the other end may still send of a stream. Pure. */
export class ReceiveWindow {
  #size = WINDOW_BYTES;
  #left = WINDOW_BYTES;
  #read = 0;

  /** So many bytes came. False where they may not. */
  receive(bytes: number): boolean {
    this.#left -= bytes;
    return this.#left >= 0;
  }

  /** So many more may come. */
  widen(bytes: number): void {
    this.#size += bytes;
    this.#left += bytes;
  }

  /**
   * So many bytes were read. Returns how many are to be granted now; 0 for none yet. The sender is told when half a window has been read:
   * it has the other half meanwhile.
   */
  read(bytes: number): number {
    this.#read += bytes;
    if (this.#read < this.#size / 2) return 0;
    const granted = this.#read;
    this.#left += granted;
    this.#read = 0;
    return granted;
  }
}
