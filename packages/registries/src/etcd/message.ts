/** A key with its value; absent: it was deleted. */
export interface KeyChange {
  readonly key: string;
  readonly value: string | undefined;
  /** The revision of the store at which it happened. */
  readonly revision: bigint;
}

export interface RangeAnswer {
  /** Of the store when it was read. */
  readonly revision: bigint;
  readonly entries: readonly KeyChange[];
}

export type WatchMessage =
  | { readonly kind: 'changes'; readonly revision: bigint; readonly changes: readonly KeyChange[] }
  /** What was asked for is not kept any more. */
  | { readonly kind: 'compacted' }
  | { readonly kind: 'ended'; readonly reason: string };

/** Characters of what etcd says. */
const LONGEST_SENTENCE = 200;

/** What a header of HTTP may hold; a signed one (`--auth-token jwt`) has some hundred characters. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/;

/** The gateway writes 64-bit numbers as texts, bytes in base64, and leaves out what is zero or empty. */
type Fields = Readonly<Record<string, unknown>>;

export function encodeKey(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** The end of the range of keys that begin with `prefix`: its last byte plus one (it is `/`, below 0xff). */
export function encodeRangeEnd(prefix: string): string {
  const bytes = Buffer.from(prefix, 'utf8');
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) + 1;
  return bytes.toString('base64');
}

/** Of `/v3/kv/range`. Throws on what is none. */
export function readRange(document: unknown): RangeAnswer {
  const fields = requireFields(document);
  return {
    revision: readNumber(requireFields(fields.header).revision),
    entries: readList(fields.kvs).map((pair) => readPair(pair, false)),
  };
}

/** Of `/v3/watch`. Throws on what is none. */
export function readWatchMessage(document: unknown): WatchMessage {
  const { result, error } = requireFields(document);
  if (error !== undefined) return { kind: 'ended', reason: describeFailure(error) };
  const fields = requireFields(result);
  if (readNumber(fields.compact_revision) > 0n) return { kind: 'compacted' };
  if (fields.canceled === true)
    return { kind: 'ended', reason: readSentence(fields.cancel_reason) ?? 'the watch was ended' };
  const revision = readNumber(requireFields(fields.header ?? {}).revision);
  const changes = readList(fields.events).map((event) => {
    const { type, kv } = requireFields(event);
    return readPair(kv, type === 'DELETE');
  });
  return { kind: 'changes', revision, changes };
}

/** Of `/v3/lease/grant`: id and time to live in seconds. Throws on what is none. */
export function readLease(document: unknown): { readonly id: string; readonly ttlSeconds: number } {
  const { ID, TTL } = requireFields(document);
  if (typeof ID !== 'string' || readNumber(ID) === 0n) throw new Error('the answer names no lease');
  return { id: ID, ttlSeconds: Number(readNumber(TTL)) };
}

/** Of `/v3/lease/keepalive`: the seconds that it has again; 0: there is no such lease. Throws on what is none. */
export function readKeepAlive(document: unknown): number {
  const { result, error } = requireFields(document);
  if (error !== undefined) throw new Error(describeFailure(error));
  return Number(readNumber(requireFields(result).TTL));
}

/** Of `/v3/auth/authenticate`. Throws on what is none, and repeats nothing of it. */
export function readToken(document: unknown): string {
  const { token } = requireFields(document);
  if (typeof token === 'string' && TOKEN.test(token)) return token;
  throw new Error('etcd answers a login without a token');
}

/** What a refusal says, in the gateway's forms of it. */
export function describeFailure(document: unknown): string {
  const { message, error } =
    typeof document === 'object' && document !== null ? (document as Fields) : { message: document };
  return readSentence(message) ?? readSentence(error) ?? 'it refused without a reason';
}

/** Undefined for what is no text. */
function readSentence(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, LONGEST_SENTENCE) : undefined;
}

function readPair(document: unknown, isDeleted: boolean): KeyChange {
  const { key, value, mod_revision } = requireFields(document);
  return {
    key: decode(key),
    value: isDeleted ? undefined : decode(value),
    revision: readNumber(mod_revision),
  };
}

function decode(text: unknown): string {
  return typeof text === 'string' ? Buffer.from(text, 'base64').toString('utf8') : '';
}

function readNumber(value: unknown): bigint {
  if (value === undefined) return 0n;
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  throw new Error('the answer has something else in the place of a number');
}

function readList(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new Error('the answer has something else in the place of a list');
}

function requireFields(value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Error("the answer is not etcd's: is it etcd's client URL, and version 3.4 or later?");
}
