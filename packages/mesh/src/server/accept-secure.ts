import type { KeyObject } from 'node:crypto';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { type Leg, outsideTls, RelayError } from '@mdns-ambassador/relay';
import { readServerName } from '../client/connect-secure.ts';
import { createHandshakeError } from '../handshake/handshake-error.ts';
import { judgeTlsFailure } from '../handshake/tls-failure.ts';
import { makeLeg } from '../handshake/tls-leg.ts';
import { type Member, RENEWAL_ALPN, VIEW_ALPN } from '../member.ts';
import type { MachineIdentity } from '../membership/machine-identity.ts';
import { PeerIdentity } from '../peer-identity.ts';

const HANDSHAKE_TIMEOUT_MS = 5_000;

/** Who proved who it is. */
export type Accepted =
  /** `renewal` and `view`: it came for that, and for nothing else. `protocol` is what both chose to speak. */
  | {
      readonly kind: 'member' | 'renewal';
      readonly leg: Leg;
      readonly protocol: string | undefined;
      readonly meshId: string;
      readonly identity: MachineIdentity;
      readonly publicKey: KeyObject;
    }
  | { readonly kind: 'view'; readonly leg: Leg; readonly identity: MachineIdentity }
  /** It is to be told so, and nothing else. `reason` goes on after "it". */
  | {
      readonly kind: 'removed';
      readonly leg: Leg;
      readonly protocol: string | undefined;
      readonly identity: MachineIdentity;
      readonly reason: string;
    };

/** The TLS part of the handshake at the end that was dialled, for connections that others have accepted. */
export class SecureAcceptor {
  readonly #server: Server;
  readonly #identity: PeerIdentity;
  readonly #renewal: PeerIdentity;
  /** Of machines that show themselves: to peers alone. */
  readonly #view: PeerIdentity | undefined;
  readonly #unlisten: () => void;

  /** `member` stays the caller's to close. */
  constructor(member: Member, ...protocols: readonly string[]) {
    this.#identity = new PeerIdentity(member, protocols);
    this.#renewal = new PeerIdentity(member, [RENEWAL_ALPN]);
    this.#view = member.role === 'peer' ? new PeerIdentity(member, [VIEW_ALPN], 'view') : undefined;
    // It never listens.
    this.#server = createServer({
      ...member.papers().tls,
      requestCert: true,
      rejectUnauthorized: true,
      ALPNProtocols: [...protocols, RENEWAL_ALPN, ...(this.#view?.protocols ?? [])],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      SNICallback: (name, callback) => {
        const asked = readServerName(name);
        callback(null, member.papers(asked?.meshId, asked?.style).context);
      },
    });
    this.#unlisten = member.onChange(() => this.#server.setSecureContext(member.papers().tls));
  }

  /** Rejects with a RelayError, `MESH_IDENTITY` where the peer is not who it should be; `raw` is destroyed then. */
  accept(raw: Leg, signal: AbortSignal): Promise<Accepted> {
    return new Promise((resolve, reject) => {
      let isSettled = false;
      const fail = (error: RelayError): void => {
        if (isSettled) return;
        settle();
        raw.destroy();
        reject(error);
      };
      const settle = (): void => {
        isSettled = true;
        raw.off('close', onClose);
        signal.removeEventListener('abort', onAbort);
      };
      const leave = (): void => fail(new RelayError('ECONNRESET', 'it left during the handshake'));
      // TLS may be about to say why.
      const onClose = (): void => {
        setImmediate(leave);
      };
      const onAbort = (): void => fail(new RelayError('ABORTED', 'the handshake took too long'));
      const { allowHalfOpen } = raw;
      const onSecure = (secure: TLSSocket): void => {
        if (isSettled) return;
        secure.allowHalfOpen = allowHalfOpen;
        const leg = makeLeg(secure, raw);
        secure.pause();
        const protocol = secure.alpnProtocol || undefined;
        const kind = protocol === RENEWAL_ALPN ? 'renewal' : protocol === VIEW_ALPN ? 'view' : 'member';
        const verdict = this.#identityFor(kind).judge(secure);
        outsideTls(() => {
          if (isSettled) return;
          // Its end came with its handshake, and nobody will hear of it again.
          if (secure.readableEnded) {
            leave();
            return;
          }
          if (verdict.kind === 'stranger' || (verdict.kind === 'removed' && kind === 'renewal')) {
            fail(createHandshakeError('identity', `it ${verdict.reason}`));
            return;
          }
          settle();
          const { identity } = verdict;
          if (verdict.kind === 'removed') {
            resolve({ kind: 'removed', leg, protocol, identity, reason: verdict.reason });
          } else if (kind === 'view') resolve({ kind, leg, identity });
          else resolve({ kind, leg, protocol, meshId: verdict.meshId, identity, publicKey: verdict.publicKey });
        });
      };
      const onFailure = (error: unknown, secure: TLSSocket): void => {
        const failure = judgeTlsFailure(error, secure.authorizationError ?? undefined);
        if (failure.kind === 'refused') fail(createHandshakeError('identity', failure.reason));
        else fail(new RelayError(failure.code, 'it left during the handshake', { cause: error }));
      };
      raw.on('error', () => undefined);
      if (signal.aborted) {
        onAbort();
        return;
      }
      raw.once('close', onClose);
      signal.addEventListener('abort', onAbort, { once: true });
      // Whoever ends before its handshake has left.
      raw.allowHalfOpen = false;
      this.#emitConnection(raw, onSecure, onFailure);
      raw.allowHalfOpen = allowHalfOpen;
    });
  }

  close(): void {
    this.#unlisten();
  }

  #identityFor(kind: 'member' | 'renewal' | 'view'): PeerIdentity {
    if (kind === 'renewal') return this.#renewal;
    return kind === 'view' && this.#view !== undefined ? this.#view : this.#identity;
  }

  /**
   * A server tells what became of a connection without saying of which: a socket that has failed knows its addresses no more.
   * So each connection gets a view of the server that hears only of it.
   */
  #emitConnection(
    raw: Leg,
    onSecure: (secure: TLSSocket) => void,
    onFailure: (error: unknown, secure: TLSSocket) => void,
  ): void {
    const server = this.#server;
    const emit = (event: string, ...values: unknown[]): boolean => {
      const [first, second] = values;
      if (event === 'secureConnection') onSecure(first as TLSSocket);
      else if (event === 'tlsClientError') onFailure(first, second as TLSSocket);
      else return Reflect.apply(server.emit, server, [event, ...values]);
      return true;
    };
    const view: Server = Object.create(server, { emit: { value: emit } });
    Reflect.apply(server.emit, view, ['connection', raw]);
  }
}
