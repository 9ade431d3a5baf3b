import { SERVICE_TXT_KEY, type Txt } from '@mdns-ambassador/mdns';
import { MAX_DIGEST_LENGTH, MESH_TXT_KEYS, NOTICES_TXT_KEY } from '@mdns-ambassador/mesh';
import { AnnouncerError } from './announcer-error.ts';

/** Keys that only ambassador itself sets (CONTRACT 4). */
const RESERVED_KEYS: readonly string[] = [
  'txtvers',
  'id',
  SERVICE_TXT_KEY,
  'st',
  'peer',
  NOTICES_TXT_KEY,
  ...MESH_TXT_KEYS.flat(),
];
/** RFC 6763 6.1: one string of a TXT record. */
const MAX_STRING_BYTES = 255;
/** RFC 6763 6.2: the record should fit one packet of 1500 bytes. */
const MAX_TXT_BYTES = 1300;
/** RFC 6763 6.4: printable ASCII except `=`. */
const KEY = /^[\x20-\x3c\x3e-\x7e]+$/;

/** As long as they get: ids of 16 hexadecimal digits, and for `mac` the hour, a dot and 22 characters. */
const LONGEST_SIGNATURE = MESH_TXT_KEYS.flatMap(([mesh, ...macs]) => [
  [mesh, 'x'.repeat(16)] as const,
  ...macs.map((mac) => [mac, 'x'.repeat(31)] as const),
]).concat([[NOTICES_TXT_KEY, 'x'.repeat(MAX_DIGEST_LENGTH)]]);

const encoder = new TextEncoder();

/** Which service it is. */
export interface TxtIdentity {
  readonly id: string;
  /** The name that others ask for, where it is not the type's own. */
  readonly svc?: string | undefined;
}

/**
 * The TXT record of an announcement: `txtvers=1` first (RFC 6763 6.7), `id`, `svc` where there is one, `st=drain` while draining, the `signature` of a mesh, then
 * the user's keys in their order. Throws an {@link AnnouncerError} that names the key which is reserved, repeated, malformed or too long.
 */
export function buildAnnouncementTxt(
  { id, svc }: TxtIdentity,
  userKeys: Txt,
  isDraining: boolean,
  signature: readonly (readonly [string, string])[] = [],
): Txt {
  const txt = new Map<string, Uint8Array | true>([
    ['txtvers', encoder.encode('1')],
    ['id', encoder.encode(id)],
  ]);
  if (svc !== undefined) txt.set(SERVICE_TXT_KEY, encoder.encode(svc));
  if (isDraining) txt.set('st', encoder.encode('drain'));
  for (const [key, value] of signature) txt.set(key, encoder.encode(value));
  const seen = new Set<string>();
  for (const [key, value] of userKeys) {
    validateKey(key, value, seen);
    txt.set(key, value);
  }
  const bytes = [...txt].reduce((sum, [key, value]) => sum + 1 + measureString(key, value), 0);
  if (bytes > MAX_TXT_BYTES) {
    throw new AnnouncerError(
      'INVALID_OPTION',
      `TXT data of ${bytes} bytes is too long: ${MAX_TXT_BYTES} bytes at most fit one packet (RFC 6763 6.2); announce fewer or shorter keys`,
    );
  }
  return txt;
}

/**
 * Throws an {@link AnnouncerError} where the record fits now and would not later: while it drains, or while a mesh that signs it has
 * two keys. Then nobody is there to be told.
 */
export function refuseLongTxt(identity: TxtIdentity, userKeys: Txt, isSigned: boolean): void {
  buildAnnouncementTxt(identity, userKeys, true, isSigned ? LONGEST_SIGNATURE : []);
}

/** RFC 6763 6.4: keys compare without regard to case. `seen` takes up the key. */
function validateKey(key: string, value: Uint8Array | true, seen: Set<string>): void {
  const folded = key.toLowerCase();
  if (RESERVED_KEYS.includes(folded)) {
    throw new AnnouncerError('RESERVED_TXT_KEY', `TXT key "${key}" is set by ambassador itself: choose another name`);
  }
  if (!KEY.test(key)) {
    throw new AnnouncerError(
      'INVALID_OPTION',
      `TXT key ${JSON.stringify(key)} is not valid: use printable ASCII without "=", one character at least (RFC 6763 6.4)`,
    );
  }
  if (seen.has(folded)) {
    throw new AnnouncerError(
      'INVALID_OPTION',
      `TXT key "${key}" is given twice: keys differ by more than case (RFC 6763 6.4)`,
    );
  }
  seen.add(folded);
  const length = measureString(key, value);
  if (length > MAX_STRING_BYTES) {
    throw new AnnouncerError(
      'INVALID_OPTION',
      `TXT key "${key}" and its value take ${length} bytes: ${MAX_STRING_BYTES} at most (RFC 6763 6.1); shorten the value`,
    );
  }
}

function measureString(key: string, value: Uint8Array | true): number {
  return encoder.encode(key).length + (value === true ? 0 : 1 + value.length);
}
