import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Destination, errorCode, type Leg, type Prologue, RelayError } from '@mdns-ambassador/relay';
import type { HttpCredential } from '../credential.ts';
import type { InjectionContext } from '../injection-context.ts';
import { RefusalLedger } from '../refusal-ledger.ts';
import type { Secret } from '../secret.ts';
import { secretOf, writeAuthorization } from './authorization.ts';
import { IncomingRequest } from './incoming-request.ts';
import { MAX_HEADER_BYTES } from './limits.ts';
import { REPLIES, type Reply } from './reply.ts';
import { Session } from './session.ts';

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
  readonly #sessions = new WeakMap<Duplex, Session>();

  constructor(credential: HttpCredential, context: InjectionContext) {
    this.#credential = credential;
    this.#context = context;
    this.#server = this.#createParser();
  }

  async run(_client: Leg, upstream: Leg, _signal: AbortSignal, destination: Destination): Promise<Leg> {
    // Nobody would tell of it again, and nothing was asked yet.
    if (upstream.readableEnded || upstream.destroyed) {
      throw new RelayError('ECONNRESET', `${destination.name} closed the connection`);
    }
    let secret = secretOf(this.#credential).current;
    const session = new Session(upstream, {
      authorize: () => {
        secret = secretOf(this.#credential).current;
        return writeAuthorization(this.#credential, secret);
      },
      onUnauthorized: () => void this.#takeRefusal(destination, secret),
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
    server.on('request', (incoming, response) => this.#sessions.get(incoming.socket)?.carry(incoming, response));
    server.on('checkContinue', (incoming, response) => this.#sessions.get(incoming.socket)?.carry(incoming, response));
    server.on('upgrade', (incoming, socket, head) => this.#sessions.get(socket)?.upgrade(incoming, head));
    server.on('connect', (_incoming, socket) => this.#sessions.get(socket)?.refuse(REPLIES.connect));
    server.on('clientError', (error, socket) => this.#takeClientError(error, socket));
    return server;
  }

  #takeClientError(error: Error, socket: Duplex): void {
    const session = this.#sessions.get(socket);
    const code = errorCode(error);
    if (session === undefined || !code.startsWith('HPE_')) {
      socket.destroy();
      return;
    }
    session.refuse(this.#explain(error, code));
  }

  #explain(error: Error, code: string): Reply {
    const packet: unknown = 'rawPacket' in error ? error.rawPacket : undefined;
    if (packet instanceof Uint8Array && packet[0] === TLS_HANDSHAKE) {
      this.#context.onEvent({ kind: 'tls-client', protocol: 'http' });
      return REPLIES.tls;
    }
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
