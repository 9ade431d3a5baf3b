import { isObject, isPort, isRank, parseObject, readList } from '@mdns-ambassador/relay/read-value';
import type { Endpoint } from '../pool/endpoint.ts';
import { isEndpointAddress } from '../sources/address-policy.ts';

/** The version of what follows; either side refuses another. */
const FEED_VERSION = 1;
/** A request with its filters. */
export const MAX_REQUEST_BYTES = 4_096;
/** One line of the feed: some hundred endpoints with long names. */
export const MAX_FEED_LINE_BYTES = 1_048_576;
/** Endpoints in one message. */
export const MAX_FEED_ENDPOINTS = 1_024;
/** The agent says something at least this often; a feed that is silent for three times as long is dead. */
export const BEAT_MS = 10_000;
export const SILENCE_MS: number = 3 * BEAT_MS;

const MAX_ADDRESSES = 8;
const MAX_WHERE = 32;
const MAX_ID_BYTES = 1_024;

/** What a client asks for, once, as the first line. */
export interface FeedRequest {
  readonly service: string;
  readonly instance?: string;
  readonly where: readonly { readonly key: string; readonly value: string }[];
}

/** What a client may say after that. */
export interface FeedDoubt {
  /** A dial to this id failed: look again whether it is there. */
  readonly verify: string;
}

/** An endpoint without what the reader knows already. */
export type FeedEndpoint = Omit<Endpoint, 'service' | 'source'>;

/** One line of the feed. `snapshot` comes first, and again when the agent begins anew: the whole set at that moment. */
export type FeedMessage =
  | { readonly kind: 'snapshot' | 'add'; readonly endpoints: readonly FeedEndpoint[] }
  | { readonly kind: 'remove' | 'gone'; readonly ids: readonly string[]; readonly reason?: string }
  | { readonly kind: 'beat' }
  /** The agent can't serve this request; the connection ends. */
  | { readonly kind: 'refused'; readonly reason: string };

export function encodeFeedRequest({ service, instance, where }: FeedRequest): string {
  const named = instance === undefined ? {} : { instance };
  return `${JSON.stringify({ v: FEED_VERSION, service, ...named, where })}\n`;
}

export function encodeFeedDoubt(doubt: FeedDoubt): string {
  return `${JSON.stringify(doubt)}\n`;
}

export function encodeFeedMessage(message: FeedMessage): string {
  return `${JSON.stringify({ v: FEED_VERSION, ...message })}\n`;
}

/** Never throws: a sentence about what is wrong instead. */
export function decodeFeedRequest(line: string): FeedRequest | { readonly error: string } {
  const value = parseObject(line);
  if (value === undefined) return { error: 'the request is no JSON object' };
  if (value.v !== FEED_VERSION) return { error: `this agent speaks version ${FEED_VERSION} of the feed` };
  const { service, instance, where = [] } = value;
  if (typeof service !== 'string' || !/^[a-z0-9-]{1,15}$/i.test(service)) {
    return { error: 'the request names no service' };
  }
  if (instance !== undefined && typeof instance !== 'string') return { error: 'instance is no text' };
  if (!Array.isArray(where) || where.length > MAX_WHERE || !where.every(isPair)) return { error: 'where is no filter' };
  const pairs = where.map(({ key, value: text }) => ({ key, value: text }));
  return { service, where: pairs, ...(instance === undefined ? {} : { instance }) };
}

/** Undefined for what is none. */
export function decodeFeedDoubt(line: string): FeedDoubt | undefined {
  const verify = parseObject(line)?.verify;
  return isId(verify) ? { verify } : undefined;
}

/** Undefined for a message that can't be read at all. Endpoints that make no sense are left out. */
export function decodeFeedMessage(line: string): FeedMessage | undefined {
  const value = parseObject(line);
  if (value?.v !== FEED_VERSION) return undefined;
  const { kind, endpoints, ids, reason } = value;
  switch (kind) {
    case 'snapshot':
    case 'add': {
      const known = readList(endpoints, MAX_FEED_ENDPOINTS, readEndpoint);
      return known === undefined ? undefined : { kind, endpoints: known };
    }
    case 'remove':
    case 'gone': {
      const known = readList(ids, MAX_FEED_ENDPOINTS, (id) => (isId(id) ? id : undefined));
      if (known === undefined) return undefined;
      return { kind, ids: known, ...(typeof reason === 'string' ? { reason: reason.slice(0, MAX_ID_BYTES) } : {}) };
    }
    case 'beat':
      return { kind };
    case 'refused':
      return { kind, reason: typeof reason === 'string' ? reason.slice(0, MAX_ID_BYTES) : 'no reason given' };
    default:
      return undefined;
  }
}

function isPair(value: unknown): value is { readonly key: string; readonly value: string } {
  return isObject(value) && typeof value.key === 'string' && typeof value.value === 'string';
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID_BYTES;
}

function readEndpoint(value: unknown): FeedEndpoint | undefined {
  if (!isObject(value)) return undefined;
  const { id, instance, addresses, port, priority, weight, secure, announcer, draining } = value;
  if (!isId(id) || !isPort(port) || !isRank(priority) || !isRank(weight)) return undefined;
  if (!Array.isArray(addresses)) return undefined;
  const usable = addresses
    .filter((address): address is string => typeof address === 'string' && isEndpointAddress(address))
    .slice(0, MAX_ADDRESSES);
  if (usable.length === 0) return undefined;
  return {
    id,
    ...(typeof instance === 'string' && instance !== '' ? { instance } : {}),
    addresses: usable,
    port,
    priority,
    weight,
    secure: secure === true,
    ...(isId(announcer) ? { announcer } : {}),
    draining: draining === true,
  };
}
