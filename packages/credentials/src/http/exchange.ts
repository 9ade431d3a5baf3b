import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { forwardRequestFields, forwardResponseFields, forwardTrailers, listValues, readFraming } from './fields.ts';
import type { LegAgent } from './leg-agent.ts';
import { MAX_HEADER_BYTES } from './limits.ts';
import { REPLIES, type Reply } from './reply.ts';

const BODILESS_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** What one request has need of. */
export interface ExchangeContext {
  readonly agent: LegAgent;
  readonly authorization: string;
  /** The service has said that it does not take the credentials. */
  onUnauthorized(): void;
  /** Nothing more can come over this connection: the client's is reset. */
  onBroken(): void;
  /** The client is told this instead of a response, and closed. */
  onInvalid(reply: Reply): void;
  /** The response was sent, but its request has not all come: what follows can't be understood. */
  onUnfinished(): void;
}

/** Why a request must not be passed on; undefined when it may. */
export function findFault({ rawHeaders, httpVersion, method }: IncomingMessage): Reply | undefined {
  if (method === 'CONNECT') return REPLIES.connect;
  const hosts = listValues(rawHeaders, 'host').length;
  const isHostRight = httpVersion === '1.1' ? hosts === 1 : httpVersion === '1.0' && hosts <= 1;
  if (!isHostRight || readFraming(rawHeaders, httpVersion) === undefined) return REPLIES.malformed;
  return undefined;
}

/** Sends the head of a request on; the body is the caller's. `extra` are fields of this hop. */
export function startRequest(
  incoming: IncomingMessage,
  { agent, authorization }: ExchangeContext,
  extra: readonly string[],
): ClientRequest {
  const { method = 'GET', rawHeaders, url } = incoming;
  return request({
    agent,
    method,
    path: url,
    headers: [...describeHost(incoming), ...forwardRequestFields(rawHeaders, authorization), ...extra],
    setHost: false,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
}

/** Carries one request to the service and its response back, both as streams. Takes a request without fault. */
export function carryExchange(incoming: IncomingMessage, response: ServerResponse, context: ExchangeContext): void {
  const framing = readFraming(incoming.rawHeaders, incoming.httpVersion);
  const outgoing = startRequest(incoming, context, describeFraming(framing, incoming.method));
  outgoing.maxHeadersCount = 0;
  // RFC 9110 15.2: HTTP/1.0 knows no answer before the answer.
  if (incoming.httpVersion !== '1.0') {
    outgoing.on('continue', () => response.writeContinue());
    outgoing.on('information', (information) => passInformation(information, response));
  }
  outgoing.on('response', (answer) => carryResponse(answer, outgoing, incoming, response, context));
  // Nobody has asked for another protocol.
  outgoing.on('upgrade', () => context.onInvalid(REPLIES.badUpstream));
  outgoing.on('error', (error) => {
    if (isParseError(error) && !response.headersSent) context.onInvalid(REPLIES.badUpstream);
    else context.onBroken();
  });
  incoming.on('error', () => outgoing.destroy());
  response.on('error', () => undefined);
  if (framing === 'none') outgoing.end();
  else carryRequestBody(incoming, outgoing);
}

/** HTTP/1.0 may leave out what HTTP/1.1, in which requests are passed on, may not (RFC 9112 3.2). */
function describeHost({ rawHeaders }: IncomingMessage): readonly string[] {
  return listValues(rawHeaders, 'host').length === 0 ? ['Host', 'localhost'] : [];
}

function describeFraming(framing: ReturnType<typeof readFraming>, method = 'GET'): readonly string[] {
  if (framing === 'chunked') return ['Transfer-Encoding', 'chunked'];
  return framing === 'none' && !BODILESS_METHODS.has(method) ? ['Content-Length', '0'] : [];
}

function carryRequestBody(incoming: IncomingMessage, outgoing: ClientRequest): void {
  outgoing.flushHeaders();
  incoming.on('data', (chunk: Buffer) => {
    if (!outgoing.write(chunk)) incoming.pause();
  });
  outgoing.on('drain', () => incoming.resume());
  incoming.on('end', () => {
    if (incoming.rawTrailers.length > 0) outgoing.addTrailers(forwardTrailers(incoming.rawTrailers));
    outgoing.end();
  });
}

function passInformation(
  information: { readonly statusCode: number; readonly headers: NodeJS.Dict<string | string[]> },
  response: ServerResponse,
): void {
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

/** Writes the head of a response as it came, apart from the fields of its hop. */
export function writeHead(answer: IncomingMessage, response: ServerResponse, isLast: boolean): void {
  const fields = forwardResponseFields(answer.rawHeaders);
  if (isLast) fields.push('Connection', 'close');
  response.sendDate = false;
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', fields);
}

/** Whether the response's body ends where both the parser and any other reader think that it does. */
export function isDelimited({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  const encodings = listValues(rawHeaders, 'transfer-encoding');
  return encodings.length === 0 || readFraming(rawHeaders, httpVersion) === 'chunked';
}

function carryResponse(
  answer: IncomingMessage,
  outgoing: ClientRequest,
  incoming: IncomingMessage,
  response: ServerResponse,
  context: ExchangeContext,
): void {
  if (!isDelimited(answer)) {
    answer.destroy();
    context.onInvalid(REPLIES.badUpstream);
    return;
  }
  if (answer.statusCode === 401) context.onUnauthorized();
  try {
    writeHead(answer, response, !outgoing.shouldKeepAlive);
    response.flushHeaders();
  } catch {
    context.onInvalid(REPLIES.badUpstream);
    return;
  }
  carryResponseBody(answer, response, context);
  response.once('finish', () => {
    if (!incoming.complete) context.onUnfinished();
  });
}

export function carryResponseBody(answer: IncomingMessage, response: ServerResponse, context: ExchangeContext): void {
  answer.on('data', (chunk: Buffer) => {
    if (!response.write(chunk)) answer.pause();
  });
  response.on('drain', () => answer.resume());
  answer.on('error', () => context.onBroken());
  answer.on('end', () => {
    if (!answer.complete) return;
    if (answer.rawTrailers.length > 0 && response.chunkedEncoding)
      response.addTrailers(forwardTrailers(answer.rawTrailers));
    response.end();
  });
}

function isParseError(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && error.code.startsWith('HPE_');
}
