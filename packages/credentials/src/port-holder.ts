import { closeSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import type { Leg } from '@mdns-ambassador/relay';

/** Who listens where a connection on this machine leads. */
export type Holder =
  | { readonly kind: 'trusted' }
  /** Somebody who may have taken the service's port. */
  | { readonly kind: 'stranger'; readonly uid: number }
  /** This system does not say. */
  | { readonly kind: 'unknown' };

export interface HolderRules {
  readonly platform: NodeJS.Platform;
  /** Of this process. */
  readonly uid: number | undefined;
  /** The service's user; absent: any system user. */
  readonly serviceUid?: number;
  /** The lines of a file, as far as they are wanted. Tests bring their own. */
  readonly readLines?: (path: string) => Iterable<string>;
}

interface SocketEnds {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;
/** include/net/tcp_states.h */
const LISTEN = '0A';
const ROOT = 0;
/** SYS_UID_MAX of login.defs(5) and systemd. */
const LAST_SYSTEM_UID = 999;
const ANY: readonly string[] = ['0.0.0.0', '::'];
const MAPPED = '::ffff:';
const READ_BYTES = 16_384;

/**
 * Judges who holds the port that a connection over loopback leads to, by the kernel's own tables: root, this process's user and the
 * service's are trusted. Where nobody of this machine holds it, root has redirected it. Never throws.
 */
export function judgeHolder(leg: Leg, rules: HolderRules): Holder {
  const ends = readEnds(leg);
  if (rules.platform !== 'linux' || ends === undefined) return { kind: 'unknown' };
  try {
    const stranger = listHolders(ends, rules.readLines ?? readLines).find((uid) => !isTrusted(uid, rules));
    return stranger === undefined ? { kind: 'trusted' } : { kind: 'stranger', uid: stranger };
  } catch {
    return { kind: 'unknown' };
  }
}

function isTrusted(uid: number, { uid: own, serviceUid }: HolderRules): boolean {
  if (uid === ROOT || uid === own) return true;
  return serviceUid === undefined ? uid <= LAST_SYSTEM_UID : uid === serviceUid;
}

/** The users who listen there; where nobody does any more, who holds the other end. */
function listHolders(ends: SocketEnds, read: (path: string) => Iterable<string>): readonly number[] {
  for (const path of TABLES) {
    const listening: number[] = [];
    for (const line of read(path)) {
      const row = parseRow(line);
      if (row === undefined) continue;
      // The kernel lists those first.
      if (row.state !== LISTEN) break;
      const isThere = ANY.includes(row.local.address) || row.local.address === bare(ends.remoteAddress);
      if (isThere && row.local.port === ends.remotePort) listening.push(row.uid);
    }
    if (listening.length > 0) return listening;
  }
  return TABLES.flatMap((path) => [...read(path)].flatMap((line) => holderOf(line, ends)));
}

function holderOf(line: string, ends: SocketEnds): readonly number[] {
  const row = parseRow(line);
  if (row === undefined) return [];
  const isThere = row.local.address === bare(ends.remoteAddress) && row.local.port === ends.remotePort;
  return isThere && row.remote.address === bare(ends.localAddress) && row.remote.port === ends.localPort
    ? [row.uid]
    : [];
}

function readEnds(leg: Leg): SocketEnds | undefined {
  const read = (name: keyof SocketEnds): unknown => Reflect.get(leg, name);
  const [remoteAddress, remotePort] = [read('remoteAddress'), read('remotePort')];
  const [localAddress, localPort] = [read('localAddress'), read('localPort')];
  if (typeof remoteAddress !== 'string' || typeof remotePort !== 'number') return undefined;
  if (typeof localAddress !== 'string' || typeof localPort !== 'number') return undefined;
  return { remoteAddress, remotePort, localAddress, localPort };
}

interface SocketRow {
  readonly local: { readonly address: string; readonly port: number };
  readonly remote: { readonly address: string; readonly port: number };
  readonly state: string;
  readonly uid: number;
}

/** proc_net(5): `sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid`. */
function parseRow(line: string): SocketRow | undefined {
  const words = line.trim().split(/\s+/);
  const [, local = '', remote = '', state = ''] = words;
  const uid = Number(words[7]);
  if (!/^[0-9A-F]{2}$/.test(state) || !Number.isInteger(uid)) return undefined;
  return { local: parsePlace(local), remote: parsePlace(remote), state, uid };
}

function parsePlace(text: string): SocketRow['local'] {
  const [hex = '', port = ''] = text.split(':');
  const bytes = Buffer.from(hex, 'hex');
  // Words of 32 bits in the order of this machine.
  if (endianness() === 'LE') bytes.swap32();
  const address = bytes.length === 4 ? bytes.join('.') : formatIpv6(bytes);
  return { address: bare(address), port: Number.parseInt(port, 16) };
}

/** As Node writes it. */
function formatIpv6(bytes: Buffer): string {
  const groups = Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** An IPv4 address in IPv6's clothes is that address. */
function bare(address: string): string {
  const [plain = ''] = address.split('%');
  if (!plain.startsWith(MAPPED)) return plain;
  const rest = plain.slice(MAPPED.length);
  if (rest.includes('.')) return rest;
  const [high = '0', low = '0'] = rest.split(':');
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16BE(Number.parseInt(high, 16), 0);
  bytes.writeUInt16BE(Number.parseInt(low, 16), 2);
  return bytes.join('.');
}

/** Reads no further than it is asked to: of a table of many connections its beginning is cheap. */
function* readLines(path: string): Generator<string> {
  const buffer = Buffer.alloc(READ_BYTES);
  const file = openSync(path, 'r');
  try {
    let held = '';
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
      const lines = `${held}${buffer.toString('latin1', 0, length)}`.split('\n');
      held = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    closeSync(file);
  }
}
