/** Names and values in turn, as they were sent: `node:http`'s rawHeaders. */
export type RawFields = readonly string[];

/** Of one connection alone (RFC 9110 7.6.1), so that they end here. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);
/** What a trailer must not bring in after the fact (RFC 9110 6.5.1). */
const NO_TRAILERS: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'host',
  'set-cookie',
  'trailer',
]);
/** Without them a message could not be understood, whatever a Connection field says. */
const NEVER_NAMED: ReadonlySet<string> = new Set(['host', 'content-length', 'content-type']);

/** What a request is passed on with in place of, or beside, the client's own. */
export interface RequestChange {
  readonly authorization: string;
  /** In place of the client's. */
  readonly host?: string | undefined;
  /** Whether fields may follow the body. */
  readonly hasTrailers: boolean;
}

/** What a request is passed on with: the client's own end-to-end fields, but with these credentials. */
export function forwardRequestFields(fields: RawFields, { authorization, host, hasTrailers }: RequestChange): string[] {
  const withheld = new Set(['authorization', ...(host === undefined ? [] : ['host']), ...withheldTrailer(hasTrailers)]);
  const first = host === undefined ? [] : ['Host', host];
  return [...first, ...forwardFields(fields, withheld), 'Authorization', authorization];
}

export function forwardResponseFields(fields: RawFields, hasTrailers: boolean): string[] {
  return forwardFields(fields, new Set(withheldTrailer(hasTrailers)));
}

/** Where no trailers can follow, nothing announces them; `node:http` throws for it. */
function withheldTrailer(hasTrailers: boolean): readonly string[] {
  return hasTrailers ? [] : ['trailer'];
}

/** As pairs, as `addTrailers` takes them. */
export function forwardTrailers(fields: RawFields): [string, string][] {
  const forwarded = forwardFields(fields, NO_TRAILERS);
  const pairs: [string, string][] = [];
  for (let index = 0; index < forwarded.length; index += 2) {
    pairs.push([forwarded[index] ?? '', forwarded[index + 1] ?? '']);
  }
  return pairs;
}

function forwardFields(fields: RawFields, withheld: ReadonlySet<string>): string[] {
  const named = listTokens(listValues(fields, 'connection')).filter((name) => !NEVER_NAMED.has(name));
  const dropped = new Set([...HOP_BY_HOP, ...withheld, ...named]);
  const kept: string[] = [];
  // Last: behind a length, `node:http` takes a Content-Disposition for UTF-8, and writes other bytes.
  const lengths: string[] = [];
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? '';
    const lower = name.toLowerCase();
    if (!dropped.has(lower)) (lower === 'content-length' ? lengths : kept).push(name, fields[index + 1] ?? '');
  }
  return [...kept, ...lengths];
}

/** Every value of the field with this lower-case name. */
export function listValues(fields: RawFields, name: string): readonly string[] {
  return fields.filter((_value, index) => index % 2 === 1 && fields[index - 1]?.toLowerCase() === name);
}

/** The members of comma-separated lists, in lower case. */
export function listTokens(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => value.split(',')).map((token) => token.trim().toLowerCase());
}

/** How a body is delimited; undefined where two readers might not agree (RFC 9112 6, 11.2). */
export function readFraming(fields: RawFields, version: string): 'none' | 'length' | 'chunked' | undefined {
  const encodings = listValues(fields, 'transfer-encoding');
  const lengths = listValues(fields, 'content-length');
  if (encodings.length === 0) {
    if (lengths.length === 0) return 'none';
    return lengths.length === 1 && /^\d+$/.test(lengths[0] ?? '') ? 'length' : undefined;
  }
  const isChunked = encodings.length === 1 && encodings[0]?.toLowerCase() === 'chunked';
  return isChunked && lengths.length === 0 && version === '1.1' ? 'chunked' : undefined;
}
