import { nameVariable, type Option } from '../options/option.ts';
import { findNearest } from '../parse/nearest.ts';
import { isOfService } from './service-link.ts';

const PREFIX = 'AMBASSADOR_';
/** More are not told of at once. */
const MOST_TOLD = 3;

/** A sentence for each variable that looks like one of ours and is none, with the one that was meant. Others' variables are let be. */
export function describeStrayVariables(env: NodeJS.ProcessEnv, options: readonly Option[]): readonly string[] {
  const known = new Set(options.map(({ name }) => nameVariable(name)));
  const strays = Object.keys(env).filter((name) => isOurs(name, env) && !known.has(name));
  const told = strays.flatMap((name) => {
    const nearest = findNearest(
      name.slice(PREFIX.length),
      [...known].map((one) => one.slice(PREFIX.length)),
    );
    return nearest === undefined ? [] : [`${name} is not read by anything; did you mean ${PREFIX}${nearest}?`];
  });
  return told.slice(0, MOST_TOLD);
}

/** Whether a variable of this environment begins as ours do, and none of these options reads it. */
export function hasUnreadVariable(env: NodeJS.ProcessEnv, options: readonly Option[]): boolean {
  const known = new Set(options.map(({ name }) => nameVariable(name)));
  return Object.keys(env).some((name) => isOurs(name, env) && !known.has(name));
}

function isOurs(name: string, env: NodeJS.ProcessEnv): boolean {
  return name.startsWith(PREFIX) && env[name] !== '' && !isOfService(name, env);
}
