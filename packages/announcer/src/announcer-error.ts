/**
 * Every error of this package. `code` is stable: `INVALID_OPTION`, `RESERVED_TXT_KEY`, `LOOPBACK_ONLY`, `REMOTE_HOST`,
 * `COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`, `COMMAND_FAILED`, `RESPONDER_UNAVAILABLE`, `DOCKER_UNAVAILABLE`. The message says what failed, which value, and what to do.
 */
export class AnnouncerError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'AnnouncerError';
    this.code = code;
  }
}

/** The service answers on this machine only, and nobody asked to relay to it: refused for safety (CONTRACT 1: exit code 77). */
export class LoopbackOnlyError extends AnnouncerError {
  constructor(message: string) {
    super('LOOPBACK_ONLY', message);
    this.name = 'LoopbackOnlyError';
  }
}
