import { type Leg, RelayError, resetLeg } from '@mdns-ambassador/relay';
import { connectSecure } from '../client/connect-secure.ts';
import { type Member, PEER_ALPN } from '../member.ts';
import type { Mesh } from '../mesh.ts';
import { PeerIdentity } from '../peer-identity.ts';
import { PEER_SERVICE } from '../role.ts';
import { SecureAcceptor } from '../server/accept-secure.ts';
import { Handshakes } from './handshakes.ts';

/** From the first byte to the end of the TLS handshake. */
const HANDSHAKE_MS = 5_000;
/** Places whose mesh is another of ours than the current one; the oldest is forgotten first. */
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
  readonly #meshes = new Map<string, string>();
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
      const papers = member.papers(this.#meshes.get(place));
      const { leg, meshId } = await connectSecure(raw, papers, identity, place, signal);
      if (meshId === papers.standing.meshId) return leg;
      // It would not accept these papers: the next dial shows those of its mesh.
      resetLeg(leg);
      this.#remember(place, meshId);
      throw new RelayError('MESH_IDENTITY', `${place} has another of our keys; it is dialled again`);
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
      return (await acceptor.accept(raw, abort.signal)).leg;
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

  #remember(place: string, meshId: string): void {
    this.#meshes.delete(place);
    this.#meshes.set(place, meshId);
    const oldest = this.#meshes.keys().next();
    if (this.#meshes.size > MAX_REMEMBERED && oldest.done !== true) this.#meshes.delete(oldest.value);
  }
}
