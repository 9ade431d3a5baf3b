import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '@mdns-ambassador/relay';
import { isObject, isTextUpTo, parseObject, readList } from '@mdns-ambassador/relay/read-value';
import { isMachineName } from './machine-name.ts';
import { type Grant, listGrants, type May, readGrants } from './may.ts';
import { MAX_SEEN, Roster, type Seen } from './roster.ts';

const VERSION = 1;
const MAX_FILE_LENGTH = MAX_SEEN * 2_048;
const LONGEST_PLACE = 80;
const KEY_ID = /^(?:[0-9a-f]{40})?$/;
const KINDS: readonly Seen['kind'][] = ['keeper', 'member', 'nameless'];

/** Who of a mesh was seen by the processes of this machine; nobody where there is no such file, or another's. Never throws. */
export function readRosterFile(folder: string, meshId: string): readonly Seen[] {
  try {
    const text = readFileSync(nameFile(folder, meshId), 'utf8');
    const value = text.length > MAX_FILE_LENGTH ? undefined : parseObject(text);
    return value?.v === VERSION ? (readList(value.machines, MAX_SEEN, readSeen) ?? []) : [];
  } catch {
    return [];
  }
}

/** These, and what the file holds beside them: other processes write it, too. Replaced as a whole; never throws: nothing needs it. */
export function writeRosterFile(folder: string, meshId: string, seen: readonly Seen[]): void {
  const roster = new Roster();
  roster.merge(readRosterFile(folder, meshId));
  roster.merge(seen);
  const machines = roster
    .list()
    .map(({ may, ...entry }) => ({ ...entry, may: may.kind === 'all' ? 'all' : listGrants(may) }));
  try {
    replaceFile(nameFile(folder, meshId), `${JSON.stringify({ v: VERSION, machines })}\n`);
  } catch {
    // Who is not remembered is met again.
  }
}

function nameFile(folder: string, meshId: string): string {
  return join(folder, `members-${meshId}.json`);
}

function readSeen(value: unknown): Seen | undefined {
  if (!isObject(value)) return undefined;
  const { keyId, machine, place, seenAt, expiresAt } = value;
  const kind = KINDS.find((one) => one === value.kind);
  const may = readMay(value.may);
  if (typeof keyId !== 'string' || !KEY_ID.test(keyId) || kind === undefined || may === undefined) return undefined;
  if (!isTextUpTo(place, LONGEST_PLACE) || typeof seenAt !== 'number' || typeof expiresAt !== 'number')
    return undefined;
  const isNamed = typeof machine === 'string' && isMachineName(machine);
  if (isNamed !== (kind !== 'nameless') || (keyId === '') === isNamed) return undefined;
  return { keyId, kind, machine: isNamed ? machine : undefined, may, place, seenAt, expiresAt };
}

function readMay(value: unknown): May | undefined {
  if (value === 'all') return { kind: 'all' };
  const grants = readList(value, Number.POSITIVE_INFINITY, readGrant);
  return grants === undefined ? undefined : readGrants(grants);
}

function readGrant(value: unknown): Grant | undefined {
  if (!isObject(value)) return undefined;
  const { role, service } = value;
  return (role === 'announce' || role === 'proxy') && typeof service === 'string' ? { role, service } : undefined;
}
