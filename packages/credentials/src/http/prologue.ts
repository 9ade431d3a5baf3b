import { createServer, type IncomingMessage, type Server } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Destination, errorCode, errorMessage, type Leg, type Prologue, RelayError } from '@mdns-ambassador/relay';
import type { HttpCredential } from '../credential.ts';
import type { InjectionContext } from '../injection-context.ts';
import { RefusalLedger } from '../refusal-ledger.ts';
import type { Secret } from '../secret.ts';
import { secretOf, writeAuthorization } from './authorization.ts';
import { type Audience, findForeign } from './foreign-page.ts';
import { IncomingRequest } from './incoming-request.ts';
import { MAX_HEADER_BYTES } from './limits.ts';
import { type HttpReply, REPLIES } from './reply.ts';
import { HttpSession } from './session.ts';

/** ContentType handshake (RFC 8446 5.1). */
const TLS_HANDSHAKE = 0x16;

/** Gives every request of a client the credentials, whatever the client says of its own. */
export class HttpPrologue implements Prologue {
  readonly name: string = 'credentials (http)';
  readonly #credential: HttpCredential;
  readonly #context: InjectionContext;
  readonly #ledger = new RefusalLedger();
  /** Parses for all connections, and never listens. */
  readonly #server: Server;
  readonly #sessions = new WeakMap<Duplex, HttpSession>();
  readonly #host: string | undefined;
  readonly #audience: Audience;

  constructor(credential: HttpCredential, context: InjectionContext) {
    this.#credential = credential;
    this.#context = context;
    this.#host = describeHost(credential);
    this.#audience = describeAudience(credential);
    this.#server = this.#createParser();
  }

  async run(_client: Leg, upstream: Leg, _signal: AbortSignal, destination: Destination): Promise<Leg> {
    // Nobody would tell of it again, and nothing was asked yet.
    if (upstream.readableEnded || upstream.destroyed) {
      throw new RelayError('ECONNRESET', `${destination.name} closed the connection`);
    }
    let secret = secretOf(this.#credential).current;
    const session = new HttpSession(upstream, {
      authorize: () => {
        secret = secretOf(this.#credential).current;
        return writeAuthorization(this.#credential, secret);
      },
      onUnauthorized: () => {
        this.#takeRefusal(destination, secret).catch(session.guard(rethrow));
      },
      host: this.#host,
      findForeign: (incoming) => this.#findForeign(incoming),
      onFault: (error) => this.#tellFault(destination, error),
    });
    this.#sessions.set(session.back, session);
    this.#server.emit('connection', session.back);
    return session.front;
  }

  #createParser(): Server {
    const server = createServer({
      IncomingMessage: IncomingRequest,
      insecureHTTPParser: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Who waits for whom, and how long, is a matter between the client and the service.
      requestTimeout: 0,
      headersTimeout: 0,
      keepAliveTimeout: 0,
    });
    // Fields beyond a number would be left out without a word.
    server.maxHeadersCount = 0;
    Reflect.set(server, 'httpAllowHalfOpen', true);
    const within = (socket: Duplex, act: (session: HttpSession) => void): void => {
      const session = this.#sessions.get(socket);
      if (session === undefined) socket.destroy();
      else session.guard(act)(session);
    };
    server.on('request', (incoming, response) => within(incoming.socket, (one) => one.carry(incoming, response)));
    server.on('checkContinue', (incoming, response) => within(incoming.socket, (one) => one.carry(incoming, response)));
    server.on('upgrade', (incoming, socket, head) => within(socket, (one) => one.upgrade(incoming, head)));
    server.on('connect', (_incoming, socket) => within(socket, (one) => one.refuse(REPLIES.connect)));
    server.on('clientError', (error, socket) => within(socket, (one) => this.#takeClientError(error, one)));
    return server;
  }

  #takeClientError(error: Error, session: HttpSession): void {
    const code = errorCode(error);
    if (code.startsWith('HPE_')) session.refuse(this.#explain(error, code));
    else session.back.destroy();
  }

  #findForeign(incoming: IncomingMessage): string | undefined {
    const reason = findForeign(incoming, this.#audience);
    if (reason !== undefined) this.#context.onEvent({ kind: 'foreign', protocol: 'http', reason });
    return reason;
  }

  #tellFault({ name }: Destination, error: unknown): void {
    const reason = errorMessage(error);
    this.#context.onEvent({ kind: 'fault', protocol: 'http', destination: name, reason });
  }

  #explain(error: Error, code: string): HttpReply {
    const packet: unknown = 'rawPacket' in error ? error.rawPacket : undefined;
    if (packet instanceof Uint8Array && packet[0] === TLS_HANDSHAKE) {
      this.#context.onEvent({ kind: 'tls-client', protocol: 'http' });
      return REPLIES.tls;
    }
    if (code === 'HPE_INVALID_URL') return REPLIES.target;
    return code === 'HPE_HEADER_OVERFLOW' ? REPLIES.tooLarge : REPLIES.malformed;
  }

  /** Has the secret read again, once for each that is refused; the next request goes with what is there then. */
  async #takeRefusal({ endpointId, name }: Destination, secret: Secret): Promise<void> {
    const { now, onEvent } = this.#context;
    if (this.#ledger.find(endpointId, secret, now()) !== undefined) return;
    const reason = '401 Unauthorized';
    this.#ledger.add(endpointId, secret, reason, now());
    const candidates = secretOf(this.#credential).candidates();
    await candidates.next();
    await candidates.next();
    if (secretOf(this.#credential).current.equals(secret))
      onEvent({ kind: 'refused', protocol: 'http', destination: name, reason });
  }
}

function rethrow(error: unknown): never {
  throw error;
}

/** What every request calls the service; undefined: what its client calls it. */
function describeHost({ host, tls }: HttpCredential): string | undefined {
  if (host === 'keep') return undefined;
  if (host !== undefined || tls === undefined) return host;
  return isIPv6(tls.serverName) ? `[${tls.serverName}]` : tls.serverName;
}

/** The service's own names are not another's to point here. */
function describeAudience({ host, hosts = [], origins = [], tls }: HttpCredential): Audience {
  const own = [host?.replace(/:\d+$/, ''), tls?.serverName].filter((name) => name !== undefined);
  return { hosts: [...hosts, ...own], origins: origins.map((origin) => origin.toLowerCase()) };
}
