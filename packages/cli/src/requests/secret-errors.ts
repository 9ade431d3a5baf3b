import { CredentialsError, type CredentialsErrorCode } from '@mdns-ambassador/credentials';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_NO_INPUT, EXIT_REFUSED } from '../exit/exit-codes.ts';

const EXIT_CODES: Readonly<Record<CredentialsErrorCode, number>> = {
  MISSING_SECRET: EXIT_NO_INPUT,
  EXPOSED_SECRET: EXIT_REFUSED,
  INVALID_SECRET: EXIT_CONFIG,
};

/** Runs it; what is wrong with the file of a secret ends the command with a sentence. */
export function explainSecretErrors<Value>(run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof CredentialsError)) throw error;
    throw new CliError(EXIT_CODES[error.code], error.message, { cause: error });
  }
}
