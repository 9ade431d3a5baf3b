import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TxtKey } from './key-ring.ts';

/** What TXT `mac` speaks for (CONTRACT 4). */
export interface Announced {
  readonly service: string;
  /** The instance's raw label. */
  readonly instance: string;
  /** The SRV target, `h1-k3x9.local`. */
  readonly host: string;
  readonly port: number;
  readonly draining: boolean;
}

/** TXT keys, the current mesh key's and the previous one's; `mac2` is the signature among those who know machines. */
export const MESH_TXT_KEYS: readonly (readonly [mesh: string, mac: string, machineMac: string])[] = [
  ['mesh', 'mac', 'mac2'],
  ['mesh-prev', 'mac-prev', 'mac2-prev'],
];

/** TXT key: stands for what the announcer knows of what keepers have said, so that who knows something else asks. A hint, which nobody signs. */
export const NOTICES_TXT_KEY = 'rm';
/** The highest generation, and eight digits of a hash. */
export const MAX_DIGEST_LENGTH = 25;

/** A record that was signed is accepted for as long as the leaf that a clock of the same error would issue. */
const PERIOD_MS = 3_600_000;
const TOLERANCE_PERIODS = 8;
/** That a Date can tell. */
const LAST_PERIOD = 8.64e15 / PERIOD_MS;
const MAC_BYTES = 16;
const MAC_TEXT = /^([0-9a-z]{1,8})\.([\w-]{22})$/;

/** The value of TXT `mac`: the hour since 1970 in base 36, and an HMAC-SHA-256 cut to 128 bits. `now` in milliseconds since 1970. */
function signTxt(key: Uint8Array, announced: Announced, now: number): string {
  const period = Math.floor(now / PERIOD_MS);
  return `${period.toString(36)}.${computeMac(key, announced, period).toString('base64url')}`;
}

/** When what was signed at `now` is to be signed again, in milliseconds from then. */
export function computeSigningDelay(now: number): number {
  return PERIOD_MS - (now % PERIOD_MS);
}

/** The TXT entries of an announcement, for each key of the ring. */
export function signTxtEntries(
  keys: readonly TxtKey[],
  announced: Announced,
  now: number,
): readonly (readonly [string, string])[] {
  const sign = (name: string, key: Uint8Array | undefined): readonly (readonly [string, string])[] =>
    key === undefined ? [] : [[name, signTxt(key, announced, now)]];
  return MESH_TXT_KEYS.flatMap(([mesh, mac, machineMac], index) => {
    const key = keys[index];
    if (key === undefined) return [];
    return [[mesh, key.meshId] as const, ...sign(mac, key.roleKey), ...sign(machineMac, key.machineKey)];
  });
}

/** What a record's signatures show. */
export interface TxtMembership {
  readonly meshId: string;
  /** The drain flag is signed, too. */
  readonly draining: boolean;
}

/**
 * Whether one of the record's signatures is by a key of ours; undefined where none is. A drain flag that is set and not signed
 * counts as not set. `readTxt` reads a TXT value as text. It is a filter: who is behind the record, the handshake shows.
 */
export function verifyTxt(
  keys: readonly TxtKey[],
  announced: Announced,
  readTxt: (key: string) => string | undefined,
  now: number,
): TxtMembership | undefined {
  for (const { meshId, key, mac } of listSignatures(keys, readTxt)) {
    if (verifyMac(key, announced, mac, now)) return { meshId, draining: announced.draining };
    if (announced.draining && verifyMac(key, { ...announced, draining: false }, mac, now)) {
      return { meshId, draining: false };
    }
  }
  return undefined;
}

/** Why `verifyTxt` recognises nobody, for people; goes on after "not used:". */
export function explainStranger(
  keys: readonly TxtKey[],
  announced: Announced,
  readTxt: (key: string) => string | undefined,
  now: number,
): string {
  const signatures = listSignatures(keys, readTxt);
  for (const { key, mac } of signatures) {
    const signed = readSigned(key, announced, mac) ?? readSigned(key, { ...announced, draining: false }, mac);
    if (signed === undefined) continue;
    const [then, here] = [signed * PERIOD_MS, now].map((time) => new Date(time).toISOString());
    return `it was signed at ${then}, and here it is ${here} (are the clocks of both right?)`;
  }
  return signatures.length === 0 ? 'it is not of this mesh' : 'its signature is not for what it says';
}

/** What of the record's signatures can be checked by these keys. */
function listSignatures(
  keys: readonly TxtKey[],
  readTxt: (key: string) => string | undefined,
): readonly { readonly meshId: string; readonly key: Uint8Array; readonly mac: string }[] {
  return keys.flatMap(({ meshId, machineKey, roleKey }) =>
    MESH_TXT_KEYS.filter(([mesh]) => readTxt(mesh) === meshId).flatMap(([, mac, machineMac]) => [
      ...(machineKey === undefined ? [] : [{ meshId, key: machineKey, mac: readTxt(machineMac) ?? '' }]),
      ...(roleKey === undefined ? [] : [{ meshId, key: roleKey, mac: readTxt(mac) ?? '' }]),
    ]),
  );
}

function verifyMac(key: Uint8Array, announced: Announced, text: string, now: number): boolean {
  const period = readSigned(key, announced, text);
  return period !== undefined && Math.abs(period - Math.floor(now / PERIOD_MS)) <= TOLERANCE_PERIODS;
}

/** When it was signed, in hours since 1970; undefined where it was not, by this key. */
function readSigned(key: Uint8Array, announced: Announced, text: string): number | undefined {
  const [, written = '', mac = ''] = MAC_TEXT.exec(text) ?? [];
  const period = Number.parseInt(written, 36);
  if (!Number.isSafeInteger(period) || period > LAST_PERIOD) return undefined;
  const given = Buffer.from(mac, 'base64url');
  const expected = computeMac(key, announced, period);
  return given.length === expected.length && timingSafeEqual(given, expected) ? period : undefined;
}

/** Every field with its length before it: no two announcements are the same bytes. Names compare without case (RFC 6762 16). */
function computeMac(key: Uint8Array, { service, instance, host, port, draining }: Announced, period: number): Buffer {
  const hmac = createHmac('sha256', key);
  const fields = [
    'ambassador/txt/v1',
    service.toLowerCase(),
    instance,
    host.toLowerCase().replace(/\.$/, ''),
    `${port}`,
    `${period}`,
    draining ? 'drain' : '',
  ];
  for (const field of fields) {
    const bytes = Buffer.from(field, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hmac.update(length).update(bytes);
  }
  return hmac.digest().subarray(0, MAC_BYTES);
}
