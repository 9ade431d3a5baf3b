import { InvalidValue } from '../exit/cli-error.ts';

/** A whole number in decimal, `lowest`..`highest`. */
export function parseInteger(text: string, lowest: number, highest: number): number {
  if (!/^-?\d+$/.test(text)) {
    throw new InvalidValue(`"${text}" is no whole number; write one from ${lowest} to ${highest}`);
  }
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= lowest && number <= highest)) {
    throw new InvalidValue(`"${text}" is out of range; write a whole number from ${lowest} to ${highest}`);
  }
  return number;
}
