import { AnnouncerError } from '@mdns-ambassador/announcer';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_NO_INPUT, EXIT_REFUSED, EXIT_USAGE } from '../exit/exit-codes.ts';

const EXIT_CODES: Readonly<Record<string, number>> = {
  LOOPBACK_ONLY: EXIT_REFUSED,
  COMMAND_NOT_FOUND: EXIT_NO_INPUT,
  COMMAND_NOT_EXECUTABLE: EXIT_NO_INPUT,
  COMMAND_FAILED: EXIT_NO_INPUT,
};

/** With the exit code that fits. */
export function toCliError(error: AnnouncerError): CliError {
  return new CliError(EXIT_CODES[error.code] ?? EXIT_USAGE, error.message, { cause: error });
}

/** Runs it; what the announcer refuses ends the command with a sentence. */
export async function explainAnnouncerErrors<Value>(run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof AnnouncerError ? toCliError(error) : error;
  }
}
