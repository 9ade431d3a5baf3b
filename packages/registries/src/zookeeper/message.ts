import { JuteReader, JuteWriter } from './jute.ts';

/** ZooKeeper's own are 16 bytes. */
const MAX_PASSWORD_BYTES = 64;
/** A session that is not yet one. */
export const NO_SESSION: SessionTicket = { id: 0n, password: Buffer.alloc(16) };

/** What makes another connection the same session's. */
export interface SessionTicket {
  readonly id: bigint;
  readonly password: Buffer;
}

/** A server's answer to the request for a session. */
export interface SessionGrant {
  readonly ticket: SessionTicket;
  /** 0 and less: the session has expired. */
  readonly timeoutMs: number;
}

/** Numbers of ZooKeeper's operations (`ZooDefs.OpCode`). */
const CREATE = 1;
const DELETE = 2;
const EXISTS = 3;
const GET_DATA = 4;
const SET_DATA = 5;
const GET_CHILDREN = 8;
const PING = 11;
const AUTH = 100;
const CLOSE_SESSION = -11;

/** What is no answer to a numbered request has one of these in its number's place. */
const NOTIFICATION_XID = -1;
const PING_XID = -2;
const AUTH_XID = -4;

/** `KeeperException.Code`. */
export const OK = 0;
export const NO_NODE: number = -101;
const NO_AUTH = -102;
export const NODE_EXISTS: number = -110;
export const SASL_REQUIRED: number = -124;

/** `Watcher.Event.EventType`. */
const NODE_DELETED = 2;
const CHILDREN_CHANGED = 4;

/** Permissions (`ZooDefs.Perms`). */
const READ = 1;
const ALL = 31;
/** Any version of a node. */
const ANY_VERSION = -1;
const EPHEMERAL = 1;
const LASTING = 0;

export type ZooKeeperRequest =
  | { readonly kind: 'list'; readonly path: string }
  | { readonly kind: 'read'; readonly path: string; readonly isWatched: boolean }
  | { readonly kind: 'look'; readonly path: string; readonly isWatched: boolean }
  | { readonly kind: 'create'; readonly path: string; readonly value: Uint8Array; readonly isEphemeral: boolean }
  | { readonly kind: 'set'; readonly path: string; readonly value: Uint8Array }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'close' };

export type ZooKeeperReply =
  /** The oldest request that waits for an answer has this one. `body` holds what was asked for where `code` is {@link OK}. */
  | { readonly kind: 'answer'; readonly xid: number; readonly code: number; readonly body: JuteReader }
  | { readonly kind: 'pong' }
  | { readonly kind: 'authenticated'; readonly code: number }
  /** Something that was watched changed. */
  | { readonly kind: 'change'; readonly path: string; readonly isOfValue: boolean; readonly isOfChildren: boolean }
  | { readonly kind: 'other' };

/** A node's value, and which session it goes with; 0n: it lasts. */
export interface NodeValue {
  readonly value: Buffer;
  readonly owner: bigint;
}

/** The first words over a connection. `lastZxid`: a server that knows less is none for this session. */
export function encodeSessionRequest(ticket: SessionTicket, timeoutMs: number, lastZxid: bigint): Buffer {
  const protocolVersion = 0;
  return new JuteWriter()
    .int(protocolVersion)
    .long(lastZxid)
    .int(timeoutMs)
    .long(ticket.id)
    .bytes(ticket.password)
    .bool(false)
    .toFrame();
}

/** Throws on what is none. */
export function readSessionGrant(frame: Buffer): SessionGrant {
  const reader = new JuteReader(frame);
  reader.int();
  const timeoutMs = reader.int();
  const id = reader.long();
  const password = reader.bytes();
  if (password.length > MAX_PASSWORD_BYTES) throw new Error(`a password of ${password.length} bytes`);
  return { ticket: { id, password: Buffer.from(password) }, timeoutMs };
}

export function encodePing(): Buffer {
  return new JuteWriter().int(PING_XID).int(PING).toFrame();
}

/** `login`: USER:PASSWORD. */
export function encodeDigest(login: string): Buffer {
  const type = 0;
  return new JuteWriter().int(AUTH_XID).int(AUTH).int(type).text('digest').text(login).toFrame();
}

/** `isOwned`: what is made is the authenticated user's to change, and everybody's to read; otherwise it is everybody's. */
export function encodeRequest(xid: number, request: ZooKeeperRequest, isOwned: boolean): Buffer {
  const writer = new JuteWriter().int(xid);
  switch (request.kind) {
    case 'list':
      return writer.int(GET_CHILDREN).text(request.path).bool(true).toFrame();
    case 'read':
      return writer.int(GET_DATA).text(request.path).bool(request.isWatched).toFrame();
    case 'look':
      return writer.int(EXISTS).text(request.path).bool(request.isWatched).toFrame();
    case 'create':
      writer.int(CREATE).text(request.path).bytes(request.value);
      if (isOwned) writer.int(2).int(ALL).text('auth').text('').int(READ).text('world').text('anyone');
      else writer.int(1).int(ALL).text('world').text('anyone');
      return writer.int(request.isEphemeral ? EPHEMERAL : LASTING).toFrame();
    case 'set':
      return writer.int(SET_DATA).text(request.path).bytes(request.value).int(ANY_VERSION).toFrame();
    case 'remove':
      return writer.int(DELETE).text(request.path).int(ANY_VERSION).toFrame();
    case 'close':
      return writer.int(CLOSE_SESSION).toFrame();
    default:
      return request satisfies never;
  }
}

/** Of everything after the grant. Throws on what is none; `zxid` is the newest state that the server told of. */
export function readReply(frame: Buffer): ZooKeeperReply & { readonly zxid: bigint } {
  const reader = new JuteReader(frame);
  const xid = reader.int();
  const zxid = reader.long();
  const code = reader.int();
  switch (xid) {
    case PING_XID:
      return { kind: 'pong', zxid };
    case AUTH_XID:
      return { kind: 'authenticated', code, zxid };
    case NOTIFICATION_XID: {
      const type = reader.int();
      reader.int();
      const path = reader.text();
      const isOfChildren = type === CHILDREN_CHANGED || type === NODE_DELETED;
      return { kind: 'change', path, isOfValue: type !== CHILDREN_CHANGED, isOfChildren, zxid };
    }
    default:
      return xid < 0 ? { kind: 'other', zxid } : { kind: 'answer', xid, code, body: reader, zxid };
  }
}

export function readNodeValue(body: JuteReader): NodeValue {
  const value = body.bytes();
  return { value: Buffer.from(value), owner: readOwner(body) };
}

/** Of a node's statistics (`Stat`). */
function readOwner(body: JuteReader): bigint {
  // czxid, mzxid, ctime, mtime; version, cversion, aversion.
  for (let index = 0; index < 4; index++) body.long();
  for (let index = 0; index < 3; index++) body.int();
  return body.long();
}

/** Why a request was refused, in words. */
export function describeCode(code: number, path: string): string {
  switch (code) {
    case NO_AUTH:
      return `this user may not do that at ${path} (NoAuth); open its access list, or log in with --registry-login-file`;
    case SASL_REQUIRED:
      return 'it demands a login by SASL, which is not spoken here; let it take digest logins, and name a file with --registry-login-file';
    case -4:
      return 'it lost its own connection';
    case -108:
      return `${path} belongs to a session and can have nothing below it; write another folder`;
    case -112:
      return 'the session has expired';
    case -118:
      return 'the session went on at another server';
    case -119:
      return 'it is cut off from its ensemble, and only reads';
    case -125:
      return `the quota of ${path} is used up`;
    default:
      return `it refuses with error ${code}`;
  }
}
