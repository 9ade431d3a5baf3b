import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '@mdns-ambassador/relay';
import { isMachineName } from './machine-name.ts';
import { listGrants, type May, readGrants } from './may.ts';
import { MAX_SEEN, Roster, type Seen } from './roster.ts';

const VERSION = 1;
const MAX_FILE_LENGTH = MAX_SEEN * 2_048;
const LONGEST_PLACE = 80;
const KEY_ID = /^(?:[0-9a-f]{40})?$/;
const KINDS: readonly Seen['kind'][] = ['keeper', 'member', 'nameless'];
/** The owner alone reads and writes it. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** Who of a mesh was seen by the processes of this machine; nobody where there is no such file, or another's. Never throws. */
export function readRosterFile(folder: string, meshId: string): readonly Seen[] {
  try {
    const text = readFileSync(nameFile(folder, meshId), 'utf8');
    const value: unknown = text.length > MAX_FILE_LENGTH ? undefined : JSON.parse(text);
    const machines = read(value, 'v') === VERSION ? read(value, 'machines') : undefined;
    return Array.isArray(machines) ? machines.slice(0, MAX_SEEN).flatMap((entry: unknown) => readSeen(entry)) : [];
  } catch {
    return [];
  }
}

/** These, and what the file holds beside them: other processes write it, too. Replaced as a whole; never throws: nothing needs it. */
export function writeRosterFile(folder: string, meshId: string, seen: readonly Seen[]): void {
  const roster = new Roster();
  roster.merge(readRosterFile(folder, meshId));
  roster.merge(seen);
  const path = nameFile(folder, meshId);
  const fresh = `${path}.${randomBytes(6).toString('hex')}.new`;
  const machines = roster
    .list()
    .map(({ may, ...entry }) => ({ ...entry, may: may.kind === 'all' ? 'all' : listGrants(may) }));
  try {
    makeFolders(folder, FOLDER_MODE);
    writeFileSync(fresh, `${JSON.stringify({ v: VERSION, machines })}\n`, { mode: FILE_MODE, flag: 'wx' });
    renameSync(fresh, path);
  } catch {
    rmSync(fresh, { force: true });
  }
}

function nameFile(folder: string, meshId: string): string {
  return join(folder, `members-${meshId}.json`);
}

function readSeen(value: unknown): readonly Seen[] {
  const [keyId, machine, place] = [read(value, 'keyId'), read(value, 'machine'), read(value, 'place')];
  const [seenAt, expiresAt] = [read(value, 'seenAt'), read(value, 'expiresAt')];
  const kind = KINDS.find((one) => one === read(value, 'kind'));
  const may = readMay(read(value, 'may'));
  if (typeof keyId !== 'string' || !KEY_ID.test(keyId) || kind === undefined || may === undefined) return [];
  if (typeof place !== 'string' || place.length > LONGEST_PLACE) return [];
  if (typeof seenAt !== 'number' || typeof expiresAt !== 'number') return [];
  const isNamed = typeof machine === 'string' && isMachineName(machine);
  if (isNamed !== (kind !== 'nameless') || (keyId === '') === isNamed) return [];
  return [{ keyId, kind, machine: isNamed ? machine : undefined, may, place, seenAt, expiresAt }];
}

function readMay(value: unknown): May | undefined {
  if (value === 'all') return { kind: 'all' };
  if (!Array.isArray(value)) return undefined;
  const grants = value.flatMap((grant: unknown) => {
    const [role, service] = [read(grant, 'role'), read(grant, 'service')];
    return (role === 'announce' || role === 'proxy') && typeof service === 'string' ? [{ role, service } as const] : [];
  });
  return readGrants(grants);
}

function read(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}
