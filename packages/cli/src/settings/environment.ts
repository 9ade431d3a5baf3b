import { EXIT_USAGE } from '../exit/exit-codes.ts';
import { nameVariable, type Option } from '../options/option.ts';
import { isOfService } from './service-link.ts';
import type { Layer } from './settings.ts';

/** Between the values of an option that may be given several times. */
const SEPARATOR = ';';

/** `AMBASSADOR_BALANCE=first`, `AMBASSADOR_INTERFACE=eth0;wlan0`. An empty variable is not set, and one that tells where a service is is none of ours. */
export function readEnvironment(env: NodeJS.ProcessEnv, options: readonly Option[]): Layer {
  return {
    find(name) {
      const option = options.find((candidate) => candidate.name === name);
      const origin = nameVariable(name);
      const value = env[origin];
      if (option === undefined || value === undefined || value === '' || isOfService(origin, env)) return [];
      const texts =
        option.kind === 'list' || option.kind === 'pairs'
          ? value.split(SEPARATOR).filter((text) => text.trim() !== '')
          : [value];
      return texts.map((text) => ({ text, origin, exitCode: EXIT_USAGE }));
    },
  };
}
