import {
  dial,
  errorCode,
  type Leg,
  parsePlace,
  Recent,
  RelayError,
  resetLeg,
  type Target,
} from '@mdns-ambassador/relay';
import { connectSecure, type SecureConnection } from '../client/connect-secure.ts';
import { createHandshakeError, HANDSHAKE_CODES } from '../handshake/handshake-error.ts';
import { type Member, PEER_ALPN, VIEW_ALPN } from '../member.ts';
import type { Mesh } from '../mesh.ts';
import type { IdentityStyle } from '../papers.ts';
import { PeerIdentity } from '../peer-identity.ts';
import { renewBy } from '../renewal/renew-by.ts';
import { PEER_SERVICE } from '../role.ts';
import { SecureAcceptor } from '../server/accept-secure.ts';
import { Handshakes } from './handshakes.ts';

/** From the first byte to the end of the TLS handshake. */
const HANDSHAKE_MS = 5_000;
const LOOK_MS = 3_600_000;
/** Places where something else is shown than elsewhere; the oldest is forgotten first. */
const MAX_REMEMBERED = 256;

export interface MeshPeersOptions {
  /** Every link fails where its keys are a token: that is for one role of one service. */
  readonly mesh: Mesh;
  /** `view`: dials to show itself, and is not dialled; any machine may. `peer` unless said. */
  readonly role?: 'peer' | 'view';
  /** Connects, for renewals; a test's own network. */
  readonly dial?: (target: Target, options: { timeoutMs: number; signal: AbortSignal }) => Promise<Leg>;
}

/** Who came in; `shown`: it shows itself, and is to be told of nothing. */
export type Arrived =
  | { readonly kind: 'linked' | 'shown'; readonly leg: Leg }
  | { readonly kind: 'renewed' }
  | { readonly kind: 'removed'; readonly leg: Leg; readonly reason: string; readonly notice: string };

interface JoinedPeer {
  readonly member: Member;
  readonly identity: PeerIdentity;
  /** Undefined for who shows itself, and is not dialled. */
  readonly acceptor: SecureAcceptor | undefined;
}

/** TLS for peer links: either end shows that it has the mesh key (CONTRACT 4). */
export class MeshPeers {
  readonly #options: MeshPeersOptions;
  readonly #mesh: Mesh;
  readonly #joined: Promise<JoinedPeer>;
  readonly #handshakes = new Handshakes<AbortController>();
  readonly #asked = new Recent<string, { readonly meshId: string; readonly style: IdentityStyle }>(MAX_REMEMBERED);
  #isClosed = false;

  constructor(options: MeshPeersOptions) {
    this.#options = options;
    this.#mesh = options.mesh;
    this.#joined = this.#join();
    // Whoever dials hears of it.
    this.#joined.catch(() => undefined);
  }

  /** At the end that dialled. Rejects with a RelayError or a MeshError where the other is no member; `raw` is destroyed then. */
  async connect(raw: Leg, place: string, signal: AbortSignal): Promise<Leg> {
    try {
      const { member, identity } = await this.#joined;
      await member.refresh();
      const asked = this.#asked.get(place);
      const papers = member.papers(asked?.meshId, asked?.style ?? 'machine');
      const connection = await connectSecure(raw, papers, identity, place, signal).catch((error: unknown) => {
        if (errorCode(error) !== HANDSHAKE_CODES.identity) throw error;
        // Of several keys, one of a former version shows the current one to who asks by a name that it does not know.
        if (asked === undefined) this.#asked.set(place, { meshId: papers.standing.meshId, style: 'role' });
        else this.#asked.delete(place);
        throw error;
      });
      if (connection.meshId === papers.standing.meshId && connection.style === papers.style) {
        // Whoever is there at the next dial may be of a later version.
        this.#asked.delete(place);
        member.company.meet(connection.leg, { identity: connection.identity, at: 'peer', place });
        if (member.role === 'peer') this.#follow(member, connection, place);
        return connection.leg;
      }
      // It would not accept these papers: the next dial shows those of its mesh, and of its kind.
      resetLeg(connection.leg);
      this.#asked.set(place, { meshId: connection.meshId, style: connection.style });
      throw new RelayError(
        'MESH_IDENTITY',
        `${place} has another of our keys, or a former version; it is dialled again`,
      );
    } catch (error) {
      raw.destroy();
      throw error;
    }
  }

  /** At the other end. Rejects likewise; `renewed` came for a renewal, and has it; `removed` is to be told so, in the words of a keeper, and nothing else. Who comes has the place of one who is at it, of the address that has most, where all are taken. */
  async accept(raw: Leg, address: string): Promise<Arrived> {
    raw.on('error', () => undefined);
    const abort = new AbortController();
    this.#handshakes.enter(address, abort)?.abort();
    const cancel = this.#mesh.clock.after(HANDSHAKE_MS, () => abort.abort());
    try {
      const { member, acceptor } = await this.#joined;
      if (acceptor === undefined) throw new RelayError('ABORTED', 'who shows itself is not dialled');
      await member.refresh();
      const accepted = await acceptor.accept(raw, abort.signal);
      const { leg, identity } = accepted;
      switch (accepted.kind) {
        case 'member':
        case 'view':
          member.company.meet(leg, { identity, at: 'peer', place: address });
          return { kind: accepted.kind === 'member' ? 'linked' : 'shown', leg };
        case 'renewal':
          await member.renewals?.exchange(leg, accepted, abort.signal);
          return { kind: 'renewed' };
        case 'removed': {
          const notice = member.notices?.list.removalOf(identity.keyId)?.text;
          if (notice === undefined) throw createHandshakeError('identity', `it ${accepted.reason}`);
          return { kind: 'removed', leg, reason: `${identity.machine ?? 'it'} was removed from the mesh`, notice };
        }
        default:
          return accepted satisfies never;
      }
    } catch (error) {
      raw.destroy();
      throw error;
    } finally {
      cancel();
      this.#handshakes.leave(abort);
    }
  }

  /** Idempotent; what is established goes on. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#joined.then(
      ({ member, acceptor }) => {
        acceptor?.close();
        member.close();
      },
      () => undefined,
    );
  }

  /** Links last for months: whether who was dialled can renew, or is to be renewed, is looked at each hour. */
  #follow(member: Member, { leg, identity, meshId }: SecureConnection, place: string): void {
    const { clock } = this.#mesh;
    let cancel = (): void => undefined;
    const look = (): void => {
      if (leg.destroyed || this.#isClosed) return;
      cancel = clock.after(LOOK_MS, look);
      if (this.#mesh.renewals.wants(identity))
        void renewBy(member, (signal) => this.#dial(place, signal), { clock, meshId, place });
    };
    leg.once('close', () => cancel());
    look();
  }

  #dial(place: string, signal: AbortSignal): Promise<Leg> {
    const { dial: dialLeg = dial } = this.#options;
    const { host, port } = parsePlace(place) ?? {};
    if (host === undefined || port === undefined) throw new RelayError('EINVAL', `${place} is no place`);
    return dialLeg({ kind: 'tcp', address: host, port }, { timeoutMs: HANDSHAKE_MS, signal });
  }

  async #join(): Promise<JoinedPeer> {
    const { role = 'peer' } = this.#options;
    const member = await this.#mesh.join(role, PEER_SERVICE);
    return {
      member,
      identity: new PeerIdentity(member, [role === 'peer' ? PEER_ALPN : VIEW_ALPN]),
      acceptor: role === 'peer' ? new SecureAcceptor(member, PEER_ALPN) : undefined,
    };
  }
}
