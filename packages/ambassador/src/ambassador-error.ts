/** Every error of this package. `code` is stable; the message says what failed, which value, and what to do. */
export class AmbassadorError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'AmbassadorError';
    this.code = code;
  }
}
