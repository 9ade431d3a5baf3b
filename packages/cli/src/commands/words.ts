import { CliError } from '../exit/cli-error.ts';
import { EXIT_USAGE } from '../exit/exit-codes.ts';
import { readGiven } from '../settings/settings.ts';

/** Of a command that takes none. Throws a CliError for the first; `instead`: what to do. */
export function refuseWords([word]: readonly string[], command: string, instead: string, kind = 'services'): void {
  if (word === undefined) return;
  throw new CliError(EXIT_USAGE, `${command} takes no ${kind}, and "${word}" is one; ${instead}`);
}

/** What the word of a command says that takes one or none. Throws a CliError for several, and for what can't be read. */
export function readWord<Value>(
  words: readonly string[],
  { command, kind, origin }: { readonly command: string; readonly kind: string; readonly origin: string },
  parse: (text: string) => Value,
): Value | undefined {
  const [word, another] = words;
  if (another !== undefined)
    throw new CliError(EXIT_USAGE, `${command} takes one ${kind} or none, and ${words.join(', ')} are named; name one`);
  return word === undefined ? undefined : readGiven({ text: word, origin, exitCode: EXIT_USAGE }, parse);
}
