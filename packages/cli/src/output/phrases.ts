import type { AddressFamily, NetworkInterface } from '@mdns-ambassador/mdns';
import { escapeText } from './escape.ts';

/** `a`, `a and b`, `a, b and c`. */
export function joinWords(words: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}

/** `1 connection`, `3 connections`. */
export function countThings(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** A name that came from the network, in quotes. */
export function quoteName(name: string): string {
  return `"${escapeText(name)}"`;
}

/** `eth0 (10.99.0.1)`; an IPv4 address where there is one. */
export function describeInterface({ name, addresses }: NetworkInterface): string {
  const shown = addresses.find(({ family }) => family === 'IPv4') ?? addresses[0];
  return shown === undefined ? name : `${name} (${shown.address})`;
}

/** The named interfaces, with the address that each has now, of this family where one is given. */
export function describeInterfaces(
  names: readonly string[],
  interfaces: readonly NetworkInterface[],
  family?: AddressFamily,
): string {
  const described = names.map((name) => {
    const { addresses, loopback } = interfaces.find((one) => one.name === name) ?? { addresses: [], loopback: false };
    const shown = addresses.filter((address) => family === undefined || address.family === family);
    return describeInterface({ name, loopback, addresses: shown });
  });
  return joinWords(described);
}

/** Connections were turned away for want of room. */
export function describeFull({ service, limit }: { readonly service: string; readonly limit: number }): string {
  const open = `${service}: ${countThings(limit, 'connection')} ${limit === 1 ? 'is' : 'are'} open, and there is no room for more`;
  return `${open}: further ones are closed (ulimit -n and --max-connections decide)`;
}

export function describeOverload({ service, clients, queue }: Overloaded): string {
  const said = `${service}: more clients come than can be served in time, the latest are turned away at once`;
  const count = clients === 1 ? '' : ` (${clients} since this was said last)`;
  const wait = queue === undefined ? '' : `: ${OVERLOADED_QUEUES[queue]}`;
  return `${said}${count}${wait}`;
}

interface Overloaded {
  readonly service: string;
  readonly clients: number;
  readonly queue?: 'accept' | 'dial';
}

const OVERLOADED_QUEUES = {
  accept: 'this process is too busy to accept them',
  dial: 'too many wait for their turn to dial',
} as const;

/** A word of a command that somebody is told to type; on Windows as cmd and PowerShell take it alike. */
export function quoteHint(word: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return /^[\w./\\:@+-]+$/.test(word) ? word : `"${word}"`;
  return /^[\w./@:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** As it stands within a sentence. */
export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
