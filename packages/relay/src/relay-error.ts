/** Every error of this package; `code` is a Node error code (`ECONNREFUSED`, `EADDRINUSE`) or `DIAL_TIMEOUT`, `ABORTED`. */
export class RelayError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'RelayError';
    this.code = code;
  }
}
