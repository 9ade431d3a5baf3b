/** Every error of this package; `code` is a Node error code (`ECONNREFUSED`, `EADDRINUSE`) or `DIAL_TIMEOUT`, `ABORTED`, `NO_HANDLE`, or one of `readInputFile`. */
export class RelayError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'RelayError';
    this.code = code;
  }
}

/** The `code` of whatever was thrown; `UNKNOWN` where there is none. */
export function errorCode(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return 'UNKNOWN';
}

/** What whatever was thrown says, for people. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whatever was thrown, as an Error. */
export function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
