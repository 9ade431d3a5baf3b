import { MAX_LABEL_BYTES } from '../../wire/limits.ts';
import type { Random } from '../machine.ts';

/** Whoever answers to every name would make us rename for ever: after this many, we keep the name and say so. */
const MAX_RENAMES = 3;
/** RFC 4648 6, lower case. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
/** Enough for hundreds of hosts that all want the same name. */
const INSTANCE_ID_LENGTH = 5;
const HOST_ID_LENGTH = 4;
const NUMBERED = /^(.+) \((\d{1,6})\)$/s;

const utf8 = new TextEncoder();

/**
 * The next name of a service when somebody else has the one (RFC 6762 9, RFC 6763 D): `redis on h1` becomes `redis on h1 (2)`, then `(3)`,
 * then gets a random ending, where counting would take too long. `original` is the name that was wanted first, `renames` how often it was
 * changed since. The result fits 63 bytes of UTF-8. Undefined: what there is stays, whatever others say; the user is to be warned.
 */
export function renameService(original: string, renames: number, random: Random): string | undefined {
  if (renames >= MAX_RENAMES) return undefined;
  const [, base = original, number = '1'] = NUMBERED.exec(original) ?? [];
  const ending = renames < MAX_RENAMES - 1 ? String(Number(number) + renames + 1) : drawId(INSTANCE_ID_LENGTH, random);
  const suffix = ` (${ending})`;
  return cutToBytes(base, MAX_LABEL_BYTES - suffix.length) + suffix;
}

/** The same for a host label: `h1-k3x9` gets other random characters. */
export function renameHost(label: string, renames: number, random: Random): string | undefined {
  if (renames >= MAX_RENAMES) return undefined;
  const base = label.replace(/-[a-z0-9]{4}$/, '');
  const suffix = `-${drawId(HOST_ID_LENGTH, random)}`;
  return cutToBytes(base, MAX_LABEL_BYTES - suffix.length) + suffix;
}

/** The same for an alias of the host: `web` becomes `web-2`, then `web-3` (RFC 6762 9); then it is given up, and the host has it not. */
export function renameAlias(original: string, renames: number): string | undefined {
  if (renames >= MAX_RENAMES) return undefined;
  const [, base = original, number = '1'] = /^(.+)-(\d{1,6})$/s.exec(original) ?? [];
  const suffix = `-${Number(number) + renames + 1}`;
  return cutToBytes(base, MAX_LABEL_BYTES - suffix.length) + suffix;
}

/** As many whole characters as fit. */
function cutToBytes(text: string, maxBytes: number): string {
  let bytes = 0;
  let cut = '';
  for (const character of text) {
    bytes += utf8.encode(character).length;
    if (bytes > maxBytes) return cut.trimEnd();
    cut += character;
  }
  return cut;
}

export function drawId(length: number, random: Random): string {
  return Array.from({ length }, () => BASE32.charAt(Math.floor(random() * BASE32.length))).join('');
}
