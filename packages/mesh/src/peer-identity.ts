import type { X509Certificate } from 'node:crypto';
import { Recent } from '@mdns-ambassador/relay';
import type { Standing } from './keys/standing.ts';
import type { Member } from './member.ts';
import { readMemberUri } from './member-uri.ts';
import { formatMemberUri, oppositeRole } from './role.ts';

/** Of each mesh a handful of members; the oldest is forgotten first. */
const MAX_REMEMBERED = 1_024;

export type PeerVerdict =
  | { readonly kind: 'member'; readonly meshId: string }
  /** `reason`, for people, goes on after "it". */
  | { readonly kind: 'stranger'; readonly reason: string };

/** What a socket shows of its peer after a handshake. */
export interface ShownPeer {
  readonly alpnProtocol?: string | false | null;
  isSessionReused(): boolean;
  getPeerX509Certificate(): X509Certificate | undefined;
}

/** Says who the peers of one member are, by the name in their certificates, which TLS has verified before. */
export class PeerIdentity {
  /** The protocol that is spoken. */
  readonly alpn: string;
  readonly #member: Member;
  /** By fingerprint, for these standings: judging takes longer than looking up. */
  readonly #verdicts = new Recent<string, PeerVerdict>(MAX_REMEMBERED);
  #standings: readonly Standing[] = [];

  constructor(member: Member, alpn: string) {
    this.#member = member;
    this.alpn = alpn;
  }

  judge(peer: ShownPeer): PeerVerdict {
    if (peer.alpnProtocol !== this.alpn) return { kind: 'stranger', reason: `does not speak ${this.alpn}` };
    // A session that was resumed was not verified.
    if (peer.isSessionReused()) return { kind: 'stranger', reason: 'resumed a session' };
    const certificate = peer.getPeerX509Certificate();
    if (certificate === undefined) return { kind: 'stranger', reason: 'showed no certificate' };
    const { standings } = this.#member;
    if (standings !== this.#standings) this.#verdicts.clear();
    this.#standings = standings;
    const known = this.#verdicts.get(certificate.fingerprint256);
    return known ?? this.#remember(certificate.fingerprint256, this.#judgeName(certificate));
  }

  #judgeName(certificate: X509Certificate): PeerVerdict {
    const uri = readMemberUri(certificate);
    const { service, standings } = this.#member;
    const role = oppositeRole(this.#member.role);
    const standing = standings.find(({ meshId }) => uri === formatMemberUri(meshId, role, service));
    if (standing === undefined)
      return { kind: 'stranger', reason: `is ${uri ?? 'nobody by name'}, not who may ${role} ${service}` };
    // The name must be given by the authority of the mesh that it names: TLS asks for one of several, or knew more when it began.
    if (!certificate.verify(standing.peerAuthorityKey)) {
      return { kind: 'stranger', reason: 'claims a name that its authority does not give' };
    }
    return { kind: 'member', meshId: standing.meshId };
  }

  #remember(print: string, verdict: PeerVerdict): PeerVerdict {
    this.#verdicts.set(print, verdict);
    return verdict;
  }
}
