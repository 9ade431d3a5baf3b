import { EXIT_USAGE } from '../exit/exit-codes.ts';
import { nameVariable, type Option } from '../options/option.ts';
import type { Layer } from './settings.ts';

/** Between the values of an option that may be given several times. */
const SEPARATOR = ';';

/** `AMBASSADOR_BALANCE=first`, `AMBASSADOR_INTERFACE=eth0;wlan0`. An empty variable is not set. */
export function readEnvironment(env: NodeJS.ProcessEnv, options: readonly Option[]): Layer {
  return {
    find(name) {
      const option = options.find((candidate) => candidate.name === name);
      const origin = nameVariable(name);
      const value = env[origin];
      if (option === undefined || value === undefined || value === '') return [];
      const texts =
        option.kind === 'list' || option.kind === 'pairs'
          ? value.split(SEPARATOR).filter((text) => text.trim() !== '')
          : [value];
      return texts.map((text) => ({ text, origin, exitCode: EXIT_USAGE }));
    },
  };
}
