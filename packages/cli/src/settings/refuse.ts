import { CliError } from '../exit/cli-error.ts';
import { VALUES_NOT_YET } from './not-yet.ts';
import type { Given, Settings } from './settings.ts';

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
