/** Every error of this package. `code` is stable; the message says what failed, which value, and what to do. */
export class MdnsError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'MdnsError';
    this.code = code;
  }
}

/** Whatever was thrown, as an Error. */
export function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
