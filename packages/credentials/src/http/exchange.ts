import type { EventEmitter } from 'node:events';
import {
  type ClientRequest,
  type IncomingMessage,
  type OutgoingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { forwardRequestFields, forwardResponseFields, forwardTrailers, listValues, readFraming } from './fields.ts';
import type { LegAgent } from './leg-agent.ts';
import { MAX_HEADER_BYTES } from './limits.ts';
import { type HttpReply, REPLIES } from './reply.ts';

const BEYOND_ASCII = /[^\x20-\x7e]/;

const NOTHING = Buffer.alloc(0);
const BODILESS_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** What one request has need of. */
export interface ExchangeContext {
  readonly agent: LegAgent;
  readonly authorization: string;
  /** What the service is called in place of what the client calls it. */
  readonly host: string | undefined;
  /** Listens. A listener that throws ends this client's connection, and nothing else. */
  listen<Args extends readonly unknown[]>(of: EventEmitter, event: string, listener: (...args: Args) => void): void;
  /** The service has said that it does not take the credentials. */
  onUnauthorized(): void;
  /** Nothing more can come over this connection: the client's is reset. */
  onBroken(): void;
  /** The client is told this instead of a response, and closed. */
  onInvalid(reply: HttpReply): void;
  /** The response was sent, but its request has not all come: what follows can't be understood. */
  onUnfinished(): void;
}

/** Why a request must not be passed on; undefined when it may. */
export function findFault({ rawHeaders, httpVersion, method, url = '' }: IncomingMessage): HttpReply | undefined {
  if (method === 'CONNECT') return REPLIES.connect;
  // Node's parser refuses them itself, but for that of 20.19.
  if (BEYOND_ASCII.test(url)) return REPLIES.target;
  const hosts = listValues(rawHeaders, 'host').length;
  const isHostRight = httpVersion === '1.1' ? hosts === 1 : httpVersion === '1.0' && hosts <= 1;
  if (!isHostRight || readFraming(rawHeaders, httpVersion) === undefined) return REPLIES.malformed;
  return undefined;
}

/** Sends the head of a request on; the body is the caller's. `extra` are fields of this hop. */
export function startRequest(
  incoming: IncomingMessage,
  { agent, authorization, host }: ExchangeContext,
  extra: readonly string[],
  hasTrailers = false,
): ClientRequest {
  const { method = 'GET', rawHeaders, url } = incoming;
  const fields = forwardRequestFields(rawHeaders, { authorization, host, hasTrailers });
  return request({
    agent,
    method,
    path: url,
    headers: [...(host === undefined ? describeHost(incoming) : []), ...fields, ...extra],
    setHost: false,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
}

/** Carries one request to the service and its response back, both as streams. Takes a request without fault. */
export function carryExchange(incoming: IncomingMessage, response: ServerResponse, context: ExchangeContext): void {
  const framing = readFraming(incoming.rawHeaders, incoming.httpVersion);
  const isChunked = framing === 'chunked';
  const outgoing = startRequest(incoming, context, describeFraming(framing, incoming.method), isChunked);
  outgoing.maxHeadersCount = 0;
  // RFC 9110 15.2: HTTP/1.0 knows no answer before the answer.
  if (incoming.httpVersion !== '1.0') {
    context.listen(outgoing, 'continue', () => response.writeContinue());
    context.listen(outgoing, 'information', (information: Information) => passInformation(information, response));
  }
  context.listen(outgoing, 'response', (answer: IncomingMessage) => {
    carryResponse(answer, response, !outgoing.shouldKeepAlive, context, () => {
      if (!incoming.complete) context.onUnfinished();
    });
  });
  // Nobody has asked for another protocol.
  context.listen(outgoing, 'upgrade', () => context.onInvalid(REPLIES.badUpstream));
  context.listen(outgoing, 'error', (error: Error) => {
    if (isParseError(error) && !response.headersSent) context.onInvalid(REPLIES.badUpstream);
    else context.onBroken();
  });
  incoming.on('error', () => outgoing.destroy());
  response.on('error', () => undefined);
  if (framing === 'none') outgoing.end();
  else carryRequestBody(incoming, outgoing, context);
}

/** HTTP/1.0 may leave out what HTTP/1.1, in which requests are passed on, may not (RFC 9112 3.2). */
function describeHost({ rawHeaders }: IncomingMessage): readonly string[] {
  return listValues(rawHeaders, 'host').length === 0 ? ['Host', 'localhost'] : [];
}

function describeFraming(framing: ReturnType<typeof readFraming>, method = 'GET'): readonly string[] {
  if (framing === 'chunked') return ['Transfer-Encoding', 'chunked'];
  return framing === 'none' && !BODILESS_METHODS.has(method) ? ['Content-Length', '0'] : [];
}

function carryRequestBody(incoming: IncomingMessage, outgoing: ClientRequest, { listen }: ExchangeContext): void {
  sendHead(outgoing);
  carryBody(incoming, outgoing, listen);
  listen(incoming, 'end', () => {
    if (incoming.rawTrailers.length > 0) outgoing.addTrailers(forwardTrailers(incoming.rawTrailers));
    outgoing.end();
  });
}

function carryBody(from: IncomingMessage, to: OutgoingMessage, listen: ExchangeContext['listen']): void {
  listen(from, 'data', (chunk: Buffer) => {
    if (!to.write(chunk)) from.pause();
  });
  listen(to, 'drain', () => from.resume());
}

/** Sends a head at once, each of its characters as the byte that it stands for: `flushHeaders` would write UTF-8. */
function sendHead(message: OutgoingMessage): void {
  message.write(NOTHING);
}

interface Information {
  readonly statusCode: number;
  readonly headers: NodeJS.Dict<string | string[]>;
}

function passInformation(information: Information, response: ServerResponse): void {
  const { link } = information.headers;
  if (information.statusCode === 102) response.writeProcessing();
  if (information.statusCode === 103 && link !== undefined && !response.headersSent) {
    try {
      response.writeEarlyHints({ link });
    } catch {
      // A hint that Node can't write is left out.
    }
  }
}

/** Whether fields can follow the body on its way to the client, too. */
function hasTrailers(answer: IncomingMessage, incoming: IncomingMessage): boolean {
  const hasBody = incoming.method !== 'HEAD' && answer.statusCode !== 204 && answer.statusCode !== 304;
  return hasBody && incoming.httpVersion === '1.1' && readFraming(answer.rawHeaders, answer.httpVersion) === 'chunked';
}

/** Carries a response back as it came, where it can be; `isLast`: the connection is closed behind it. `onSent`: all of it has left. */
export function carryResponse(
  answer: IncomingMessage,
  response: ServerResponse,
  isLast: boolean,
  { listen, onUnauthorized, onBroken, onInvalid }: ExchangeContext,
  onSent: () => void,
): void {
  if (!isDelimited(answer)) {
    answer.destroy();
    onInvalid(REPLIES.badUpstream);
    return;
  }
  if (answer.statusCode === 401) onUnauthorized();
  try {
    writeHead(answer, response, isLast);
    sendHead(response);
  } catch {
    onInvalid(REPLIES.badUpstream);
    return;
  }
  carryBody(answer, response, listen);
  listen(answer, 'error', onBroken);
  listen(answer, 'end', () => {
    if (!answer.complete) return;
    if (answer.rawTrailers.length > 0 && response.chunkedEncoding)
      response.addTrailers(forwardTrailers(answer.rawTrailers));
    response.end();
  });
  listen(response, 'finish', onSent);
}

/** Whether the response's body ends where both the parser and any other reader think that it does. */
function isDelimited({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  const encodings = listValues(rawHeaders, 'transfer-encoding');
  return encodings.length === 0 || readFraming(rawHeaders, httpVersion) === 'chunked';
}

/** As it came, apart from the fields of its hop. */
function writeHead(answer: IncomingMessage, response: ServerResponse, isLast: boolean): void {
  const fields = forwardResponseFields(answer.rawHeaders, hasTrailers(answer, response.req));
  if (isLast) fields.push('Connection', 'close');
  response.sendDate = false;
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', fields);
}

function isParseError(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && error.code.startsWith('HPE_');
}
