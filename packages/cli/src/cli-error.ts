/**
 * Ends the command with one sentence on standard error and this exit code. The sentence says what is wrong, which value,
 * and what to write instead.
 */
export class CliError extends Error {
  readonly exitCode: number;
  constructor(exitCode: number, sentence: string, options?: { cause?: unknown }) {
    super(sentence, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** Thrown by the parsers; whoever knows where the value was written makes a {@link CliError} of it. */
export class InvalidValue extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'InvalidValue';
  }
}
