/** What is wrong with a key, a token or a file, or with what its holder asks of it. */
export type MeshErrorCode =
  /** The text is no mesh key, no token, and nothing else that one machine gives another. */
  | 'MALFORMED_KEY'
  | 'MISSING_FILE'
  | 'UNREADABLE_FILE'
  /** Others on this machine could read it. */
  | 'EXPOSED_FILE'
  | 'FILE_EXISTS'
  /** A token does not go as far as what was asked of it. */
  | 'NOT_ENTITLED';

/** Every error of this package that a person has to put right. The message says what failed and what to do. */
export class MeshError extends Error {
  readonly code: MeshErrorCode;

  constructor(code: MeshErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'MeshError';
    this.code = code;
  }
}
