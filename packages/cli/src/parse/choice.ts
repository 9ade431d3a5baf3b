import { InvalidValue } from '../exit/cli-error.ts';
import { findNearest } from './nearest.ts';

/** One of a few words, exactly as written in `choices`. */
export function parseChoice<Choice extends string>(text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  const nearest = findNearest(text, choices);
  const hint =
    nearest === undefined ? `write one of ${choices.join(', ')}` : `did you mean ${nearest}? (${choices.join(', ')})`;
  throw new InvalidValue(`"${text}" is not known; ${hint}`);
}
