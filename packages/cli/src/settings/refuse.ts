import { CliError } from '../cli-error.ts';
import { EXIT_USAGE } from '../exit-codes.ts';
import type { ParsedWords } from './flags.ts';
import { OPTIONS_NOT_YET, VALUES_NOT_YET } from './not-yet.ts';
import { nameVariable } from './option.ts';
import type { Given, Settings } from './settings.ts';

/** Refuses an option that this version lacks, on the command line or in the environment. */
export function refuseOptionsNotYet(words: ParsedWords, env: NodeJS.ProcessEnv): void {
  for (const [name, sentence] of OPTIONS_NOT_YET) {
    if (words[name] !== undefined) throw new CliError(EXIT_USAGE, `--${name}: ${sentence}`);
    const variable = nameVariable(name);
    if ((env[variable] ?? '') !== '') throw new CliError(EXIT_USAGE, `${variable}: ${sentence}`);
  }
}

/** Refuses a value that this version lacks, wherever it was written. */
export function refuseValuesNotYet(settings: Settings): void {
  for (const [option, values] of VALUES_NOT_YET) {
    for (const given of settings.find(option)) refuseValueNotYet(given, values);
  }
}

function refuseValueNotYet(given: Given, values: ReadonlyMap<string, string>): void {
  for (const [beginning, sentence] of values) {
    if (given.text.startsWith(beginning))
      throw new CliError(given.exitCode, `${given.origin}: "${given.text}": ${sentence}`);
  }
}
