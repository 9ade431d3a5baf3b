import { randomInt } from 'node:crypto';
import { type Clock, formatPlace } from '@mdns-ambassador/relay';
import { describeLinkFailure } from '../link-failure.ts';
import { type DnsAnswer, MAX_ALIASES, type ResponseReading, readResponse } from './answer.ts';
import { domainKey } from './domain-name.ts';
import { type DnsResponse, decodeResponse, encodeQuery } from './message.ts';
import type { DnsQuestion } from './record.ts';
import { type DnsServer, longestTtlSeconds } from './server.ts';
import type { DnsTransport } from './transport.ts';

export interface DnsClientOptions {
  /** In order of preference, {@link MAX_DNS_SERVERS} at most count; read for each question. */
  readonly servers: () => readonly DnsServer[];
  readonly transport: DnsTransport;
  readonly clock: Clock;
}

/** Asks DNS servers. It caches nothing: whoever asks heeds the TTLs. */
export interface DnsClient {
  /** The clock that its questions go by. */
  readonly clock: Clock;
  /**
   * Never rejects, whatever the servers send; with `signal` aborted the answer is `unanswered`. A server that fails or is
   * silent is passed over for the next one, and silent ones are asked once more. Who answered last is asked first.
   */
  query(question: DnsQuestion, signal: AbortSignal): Promise<DnsAnswer>;
}

/** As many as resolv.conf may name. */
export const MAX_DNS_SERVERS = 3;
/** How long a server may take, each time that it is asked. */
const ROUND_TIMEOUTS_MS: readonly number[] = [1_000, 2_000];
const HIGHEST_ID = 0xffff;

/** What one server made of one question. */
type DnsAttempt =
  | { readonly kind: 'response'; readonly response: DnsResponse }
  | { readonly kind: 'silent'; readonly reason: string };

/** Answered last time. */
interface Favourite {
  server: DnsServer | undefined;
}

type AskServers = (question: DnsQuestion, signal: AbortSignal) => Promise<DnsAnswer | Alias>;
type BelievableReading = Exclude<ResponseReading, { readonly kind: 'server-failed' }>;
type Alias = Extract<ResponseReading, { readonly kind: 'alias' }>;

export function createDnsClient(options: DnsClientOptions): DnsClient {
  const favourite: Favourite = { server: undefined };
  const ask: AskServers = (question, signal) => askServers(options, favourite, question, signal);
  return {
    clock: options.clock,
    query: (question, signal) => followAliases(ask, question, signal),
  };
}

async function followAliases(ask: AskServers, asked: DnsQuestion, signal: AbortSignal): Promise<DnsAnswer> {
  let question = asked;
  let ttlSeconds = Number.POSITIVE_INFINITY;
  for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
    const reading = await ask(question, signal);
    switch (reading.kind) {
      case 'alias':
        question = { ...question, name: reading.name };
        ttlSeconds = Math.min(ttlSeconds, reading.ttlSeconds);
        continue;
      case 'found':
        return { ...reading, ttlSeconds: Math.min(ttlSeconds, reading.ttlSeconds) };
      default:
        return reading;
    }
  }
  return { kind: 'server-failed', reason: `more than ${MAX_ALIASES} aliases lead on from ${asked.name}` };
}

async function askServers(
  options: DnsClientOptions,
  favourite: Favourite,
  question: DnsQuestion,
  signal: AbortSignal,
): Promise<DnsAnswer | Alias> {
  const servers = putFirst(options.servers().slice(0, MAX_DNS_SERVERS), favourite.server);
  if (servers.length === 0) return { kind: 'unanswered', reason: 'no DNS server is set up here' };
  let failure: Extract<DnsAnswer, { readonly kind: 'server-failed' | 'unanswered' }> | undefined;
  for (const timeoutMs of ROUND_TIMEOUTS_MS) {
    for (const server of servers) {
      if (signal.aborted) return failure ?? { kind: 'unanswered', reason: 'it was given up' };
      const attempt = await askServer(options, server, question, timeoutMs, signal);
      if (attempt.kind === 'silent') {
        failure ??= { kind: 'unanswered', reason: `${formatPlace(server.host, server.port)}: ${attempt.reason}` };
        continue;
      }
      const reading = readResponse(attempt.response, question);
      if (reading.kind !== 'server-failed') {
        favourite.server = server;
        return believe(reading, longestTtlSeconds(server));
      }
      failure = { kind: 'server-failed', reason: `${formatPlace(server.host, server.port)} says ${reading.reason}` };
    }
    // Servers that answer, if only that they fail, are not asked the same again at once.
    if (failure?.kind === 'server-failed') break;
  }
  return failure ?? { kind: 'unanswered', reason: 'no server answered' };
}

/** No longer than `longestSeconds`. That there is nothing is not believed longer than anything else. */
function believe(reading: BelievableReading, longestSeconds: number): BelievableReading {
  if (reading.ttlSeconds === undefined) return reading;
  const ttlSeconds = Math.min(reading.ttlSeconds, longestSeconds);
  if (reading.kind !== 'found') return { ...reading, ttlSeconds };
  const additionals = reading.additionals.map((record) => {
    return { ...record, ttlSeconds: Math.min(record.ttlSeconds, longestSeconds) };
  });
  return { ...reading, additionals, ttlSeconds };
}

function putFirst(servers: readonly DnsServer[], favourite: DnsServer | undefined): readonly DnsServer[] {
  const isFavourite = ({ host, port }: DnsServer): boolean => host === favourite?.host && port === favourite.port;
  return [...servers].sort((a, b) => Number(isFavourite(b)) - Number(isFavourite(a)));
}

/** UDP with EDNS (RFC 6891); without, for a server that does not know it (6.2.2 there); TCP for what does not fit. */
async function askServer(
  options: DnsClientOptions,
  server: DnsServer,
  question: DnsQuestion,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<DnsAttempt> {
  const { clock, transport } = options;
  const patience = new AbortController();
  const giveUp = (): void => patience.abort(signal.reason);
  const cancelTimeout = clock.after(timeoutMs, () => patience.abort(new Error(`no answer within ${timeoutMs} ms`)));
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    let response = await askOverUdp(transport, server, question, true, patience.signal);
    if (response.code === 'FORMERR' || response.code === 'NOTIMP') {
      response = await askOverUdp(transport, server, question, false, patience.signal);
    }
    if (response.isTruncated) response = await askOverTcp(transport, server, question, patience.signal);
    return { kind: 'response', response };
  } catch (error) {
    return { kind: 'silent', reason: describeLinkFailure(error) };
  } finally {
    cancelTimeout();
    signal.removeEventListener('abort', giveUp);
  }
}

async function askOverUdp(
  transport: DnsTransport,
  server: DnsServer,
  question: DnsQuestion,
  hasEdns: boolean,
  signal: AbortSignal,
): Promise<DnsResponse> {
  const id = randomInt(HIGHEST_ID + 1);
  let found: DnsResponse | undefined;
  await transport.askOverUdp(
    server,
    encodeQuery(id, question, hasEdns),
    (bytes) => {
      found ??= acceptResponse(bytes, id, question);
      return found !== undefined;
    },
    signal,
  );
  if (found === undefined) throw new Error('no answer was accepted');
  return found;
}

async function askOverTcp(
  transport: DnsTransport,
  server: DnsServer,
  question: DnsQuestion,
  signal: AbortSignal,
): Promise<DnsResponse> {
  const id = randomInt(HIGHEST_ID + 1);
  const bytes = await transport.askOverTcp(server, encodeQuery(id, question, false), signal);
  const response = acceptResponse(bytes, id, question);
  if (response === undefined) throw new Error('what it sent over TCP is no answer');
  return response;
}

/** RFC 5452 9.1: the id and the question must be ours. Only a server that could not read the question may leave it out. */
function acceptResponse(bytes: Uint8Array, id: number, asked: DnsQuestion): DnsResponse | undefined {
  const response = decodeResponse(bytes);
  if (response === undefined || response.id !== id) return undefined;
  const { question, code } = response;
  if (question === undefined) return code === 'NOERROR' || code === 'NXDOMAIN' ? undefined : response;
  return question.name === domainKey(asked.name) && question.type === asked.type ? response : undefined;
}
