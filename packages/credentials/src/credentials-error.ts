/** Why a secret can't be had. */
export type CredentialsErrorCode =
  /** There is no such file, or it can't be read. */
  | 'MISSING_SECRET'
  /** Others on this machine may read or change it. */
  | 'EXPOSED_SECRET'
  /** What stands there can be no secret. */
  | 'INVALID_SECRET';

/** Names files, never what stands in them. */
export class CredentialsError extends Error {
  readonly code: CredentialsErrorCode;
  constructor(code: CredentialsErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CredentialsError';
    this.code = code;
  }
}
