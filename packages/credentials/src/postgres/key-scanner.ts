const HEADER_BYTES = 5;
/** A process and a secret of up to 256 bytes. */
const MAX_KEY_BYTES = 260;
const MIN_KEY_BYTES = 5;
/** A login that says more than this has lost its way. */
const MAX_SCANNED_BYTES = 1_048_576;
/** One for TLS and one for GSSAPI. */
const MAX_REFUSED_ENCRYPTIONS = 2;
const BACKEND_KEY_DATA = 'K'.charCodeAt(0);
const READY_FOR_QUERY = 'Z'.charCodeAt(0);
const REFUSED_ENCRYPTION = 'N'.charCodeAt(0);
const ACCEPTED_ENCRYPTIONS: readonly number[] = ['S', 'G'].map((letter) => letter.charCodeAt(0));

type KeyScanState =
  | { readonly kind: 'encryption'; refused: number }
  | { readonly kind: 'header'; readonly bytes: number[] }
  | { readonly kind: 'key'; readonly bytes: number[]; readonly length: number }
  | { readonly kind: 'skipping'; left: number }
  | { readonly kind: 'done' };

/**
 * Finds the key for cancelling in what a server says up to its first ReadyForQuery, in chunks of any size; changes nothing and
 * keeps nothing else.
 */
export class KeyScanner {
  #state: KeyScanState;
  #scanned = 0;

  /** `asksForEncryption`: the client's first packet was a request for it, so that the server begins with a single letter. */
  constructor(asksForEncryption: boolean) {
    this.#state = asksForEncryption ? { kind: 'encryption', refused: 0 } : { kind: 'header', bytes: [] };
  }

  /** There is nothing more to be found: no key will come, or it was found. */
  get isDone(): boolean {
    return this.#state.kind === 'done';
  }

  /** The key, once, at the chunk that completes it. */
  scan(chunk: Uint8Array): Uint8Array | undefined {
    let at = 0;
    while (at < chunk.length) {
      const state = this.#state;
      switch (state.kind) {
        case 'encryption':
          at += this.#scanEncryption(state, chunk[at] ?? 0);
          break;
        case 'header':
          state.bytes.push(chunk[at] ?? 0);
          at += 1;
          if (state.bytes.length === HEADER_BYTES) this.#state = this.#enterMessage(Buffer.from(state.bytes));
          break;
        case 'key':
          state.bytes.push(chunk[at] ?? 0);
          at += 1;
          if (state.bytes.length === state.length) {
            this.#state = { kind: 'done' };
            return Uint8Array.from(state.bytes);
          }
          break;
        case 'skipping': {
          const skipped = Math.min(state.left, chunk.length - at);
          at += skipped;
          state.left -= skipped;
          if (state.left === 0) this.#state = { kind: 'header', bytes: [] };
          break;
        }
        case 'done':
          return undefined;
        default:
          state satisfies never;
      }
    }
    return undefined;
  }

  /** Returns how many bytes it took. */
  #scanEncryption(state: Extract<KeyScanState, { kind: 'encryption' }>, letter: number): number {
    if (ACCEPTED_ENCRYPTIONS.includes(letter)) {
      this.#state = { kind: 'done' };
      return 1;
    }
    if (letter === REFUSED_ENCRYPTION && state.refused < MAX_REFUSED_ENCRYPTIONS) {
      state.refused += 1;
      return 1;
    }
    this.#state = { kind: 'header', bytes: [] };
    return 0;
  }

  #enterMessage(header: Buffer): KeyScanState {
    const type = header[0];
    const left = header.readUInt32BE(1) - 4;
    this.#scanned += HEADER_BYTES + left;
    if (left < 0 || this.#scanned > MAX_SCANNED_BYTES || type === READY_FOR_QUERY) return { kind: 'done' };
    if (type === BACKEND_KEY_DATA) {
      return left < MIN_KEY_BYTES || left > MAX_KEY_BYTES ? { kind: 'done' } : { kind: 'key', bytes: [], length: left };
    }
    return left === 0 ? { kind: 'header', bytes: [] } : { kind: 'skipping', left };
  }
}
