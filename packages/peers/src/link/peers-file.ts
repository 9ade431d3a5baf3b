import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { replaceFile } from '@mdns-ambassador/relay';
import { isObject, isPort, isTextUpTo, parseObject, readList } from '@mdns-ambassador/relay/read-value';
import type { RememberedPlace } from '../rules/memory.ts';

const VERSION = 1;
const MAX_PLACES = 256;
const MAX_FILE_LENGTH = 65_536;
const LONGEST_ADDRESS = 80;

/** A place, and who was linked there: the members of a mesh, by its id, or anybody (`open`). */
interface KeptPlace extends RememberedPlace {
  readonly group: string;
}

/** Where peers of a group were, in a former run; nothing where there is no such file, or another's. Never throws. */
export function readPeersFile(path: string, group: string): readonly RememberedPlace[] {
  return readAll(path)
    .filter((kept) => kept.group === group)
    .map(({ host, port, hasLinked }) => ({ host, port, hasLinked }));
}

/** These first, then what the file holds beside them: other processes write it, too. Replaced as a whole; never throws. */
export function writePeersFile(path: string, group: string, places: readonly RememberedPlace[]): void {
  const known = new Map<string, KeptPlace>();
  for (const place of [...places.map((one): KeptPlace => ({ ...one, group })), ...readAll(path)]) {
    const key = JSON.stringify([place.group, place.host, place.port]);
    const before = known.get(key);
    known.set(key, { ...(before ?? place), hasLinked: place.hasLinked || before?.hasLinked === true });
  }
  const peers = [...known.values()].slice(0, MAX_PLACES);
  try {
    replaceFile(path, `${JSON.stringify({ v: VERSION, peers })}\n`);
  } catch {
    // Nothing needs it: who can't keep it names his peers again.
  }
}

function readAll(path: string): readonly KeptPlace[] {
  try {
    const text = readFileSync(path, 'utf8');
    const value = text.length > MAX_FILE_LENGTH ? undefined : parseObject(text);
    return value?.v === VERSION ? (readList(value.peers, MAX_PLACES, readPlace) ?? []) : [];
  } catch {
    return [];
  }
}

function readPlace(value: unknown): KeptPlace | undefined {
  if (!isObject(value)) return undefined;
  const { host, port, hasLinked, group } = value;
  if (!isTextUpTo(host, LONGEST_ADDRESS) || isIP(host.split('%')[0] ?? '') === 0 || !isPort(port)) return undefined;
  return isTextUpTo(group, LONGEST_ADDRESS) ? { host, port, hasLinked: hasLinked === true, group } : undefined;
}
