import { timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

const REDACTED = '[secret]';

/** A password or token. Whatever prints it, prints `[secret]`; only `reveal` shows it. */
export class Secret {
  readonly #bytes: Buffer;

  /** Keeps a copy of its own. */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  /** The secret's own buffer: never keep it, never change it, and never make a message out of it. */
  reveal(): Buffer {
    return this.#bytes;
  }

  equals(other: Secret): boolean {
    return this.#bytes.length === other.#bytes.length && timingSafeEqual(this.#bytes, other.#bytes);
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  static {
    Object.defineProperty(Secret.prototype, inspect.custom, { value: (): string => REDACTED });
  }
}
