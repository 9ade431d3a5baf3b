import { errorCode, type Leg, Recent, RelayError, resetLeg } from '@mdns-ambassador/relay';
import { connectSecure } from '../client/connect-secure.ts';
import { HANDSHAKE_CODES } from '../handshake/handshake-error.ts';
import { type Member, PEER_ALPN } from '../member.ts';
import type { Mesh } from '../mesh.ts';
import type { Style } from '../papers.ts';
import { PeerIdentity } from '../peer-identity.ts';
import { PEER_SERVICE } from '../role.ts';
import { SecureAcceptor } from '../server/accept-secure.ts';
import { Handshakes } from './handshakes.ts';

/** From the first byte to the end of the TLS handshake. */
const HANDSHAKE_MS = 5_000;
/** Places where something else is shown than elsewhere; the oldest is forgotten first. */
const MAX_REMEMBERED = 256;

export interface MeshPeersOptions {
  /** Every link fails where its keys are a token: that is for one role of one service. */
  readonly mesh: Mesh;
}

interface Joined {
  readonly member: Member;
  readonly identity: PeerIdentity;
  readonly acceptor: SecureAcceptor;
}

/** TLS for peer links: either end shows that it has the mesh key (CONTRACT 4). */
export class MeshPeers {
  readonly #mesh: Mesh;
  readonly #joined: Promise<Joined>;
  readonly #handshakes = new Handshakes<AbortController>();
  readonly #asked = new Recent<string, { readonly meshId: string; readonly style: Style }>(MAX_REMEMBERED);
  #isClosed = false;

  constructor({ mesh }: MeshPeersOptions) {
    this.#mesh = mesh;
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

  /** At the other end. Rejects likewise. Who comes has the place of one who is at it, of the address that has most, where all are taken. */
  async accept(raw: Leg, address: string): Promise<Leg> {
    raw.on('error', () => undefined);
    const abort = new AbortController();
    this.#handshakes.enter(address, abort)?.abort();
    const cancel = this.#mesh.clock.after(HANDSHAKE_MS, () => abort.abort());
    try {
      const { member, acceptor } = await this.#joined;
      await member.refresh();
      const { leg, identity } = await acceptor.accept(raw, abort.signal);
      member.company.meet(leg, { identity, at: 'peer', place: address });
      return leg;
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
        acceptor.close();
        member.close();
      },
      () => undefined,
    );
  }

  async #join(): Promise<Joined> {
    const member = await this.#mesh.join('peer', PEER_SERVICE);
    return {
      member,
      identity: new PeerIdentity(member, PEER_ALPN),
      acceptor: new SecureAcceptor(member, PEER_ALPN),
    };
  }
}
