/**
 * Ends the command with one sentence on standard error and this exit code. The sentence says what is wrong, which value,
 * and what to write instead.
 */
export class CliError extends Error {
  readonly exitCode: number;
  /** What another program said about it, to be shown under the sentence; empty mostly. */
  readonly output: string;
  constructor(exitCode: number, sentence: string, options?: { readonly cause?: unknown; readonly output?: string }) {
    super(sentence, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.output = options?.output ?? '';
  }
}

/** Thrown by the parsers; whoever knows where the value was written makes a {@link CliError} of it. */
export class InvalidValue extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'InvalidValue';
  }
}
