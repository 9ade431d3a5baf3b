import type { Faults } from '@mdns-ambassador/ambassador';
import { InvalidValue } from '../exit/cli-error.ts';
import { parseDuration } from './duration.ts';

const SHARE = /^(\d+(?:\.\d+)?)%$/;

/** `delay=200ms,reset=5%`, one of them or both. */
export function parseFaults(text: string): Faults {
  let faults = { delayMs: 0, resetShare: 0 };
  const seen = new Set<string>();
  for (const part of text.split(',')) {
    const [kind = '', value = '', ...rest] = part.trim().split('=');
    if (rest.length > 0 || value === '' || seen.has(kind)) throw refuse(text);
    seen.add(kind);
    if (kind === 'delay') faults = { ...faults, delayMs: parseDuration(value) };
    else if (kind === 'reset') faults = { ...faults, resetShare: parseShare(value) };
    else throw refuse(text);
  }
  return faults;
}

function parseShare(text: string): number {
  const share = Number(SHARE.exec(text)?.[1] ?? Number.NaN) / 100;
  if (share > 0 && share <= 1) return share;
  throw new InvalidValue(`"${text}" is no share of connections; write more than 0% and at most 100%, such as 5%`);
}

function refuse(text: string): InvalidValue {
  return new InvalidValue(`"${text}" is no fault; write delay=200ms, reset=5%, or both with a comma between`);
}
