import type { KeyObject, X509Certificate } from 'node:crypto';
import { Recent } from '@mdns-ambassador/relay';
import type { Member } from './member.ts';
import { readMemberUri } from './member-uri.ts';
import { type MachineIdentity, readMachineIdentity, readMachineMesh } from './membership/machine-identity.ts';
import { describeMay, isAllowed, type May } from './membership/may.ts';
import type { IdentityStyle } from './papers.ts';
import { formatMemberUri, oppositeRole, type Role } from './role.ts';
import type { Standing } from './standing.ts';
import { identifyKey } from './x509.ts';

/** Of each mesh a handful of members; the oldest is forgotten first. */
const MAX_REMEMBERED = 1_024;

export type PeerVerdict =
  | {
      readonly kind: 'member';
      readonly meshId: string;
      readonly style: IdentityStyle;
      readonly identity: MachineIdentity;
      readonly publicKey: KeyObject;
    }
  /** It has shown who it is, and keepers have removed it: nobody serves it, or is served by it. */
  | { readonly kind: 'removed'; readonly identity: MachineIdentity; readonly reason: string }
  /** `reason`, for people, goes on after "it". */
  | { readonly kind: 'stranger'; readonly reason: string };

/** What a socket shows of its peer after a handshake. */
export interface ShownPeer {
  readonly alpnProtocol?: string | false | null;
  isSessionReused(): boolean;
  getPeerX509Certificate(): X509Certificate | undefined;
}

/** Says who the peers of one member are, by the name in their certificates, which TLS has verified before: who may take `role`, the opposite of the member's unless said. */
export class PeerIdentity {
  /** The protocols that may be spoken, the best first. */
  readonly protocols: readonly string[];
  readonly #member: Member;
  readonly #role: Role;
  /** By fingerprint, for these standings: judging takes longer than looking up. */
  readonly #verdicts = new Recent<string, PeerVerdict>(MAX_REMEMBERED);
  #standings: readonly Standing[] = [];

  constructor(member: Member, protocols: readonly string[], role: Role = oppositeRole(member.role)) {
    this.#member = member;
    this.#role = role;
    this.protocols = protocols;
  }

  judge(peer: ShownPeer): PeerVerdict {
    if (!this.protocols.some((protocol) => protocol === peer.alpnProtocol)) {
      return { kind: 'stranger', reason: `does not speak ${this.protocols.join(' or ')}` };
    }
    // A session that was resumed was not verified.
    if (peer.isSessionReused()) return { kind: 'stranger', reason: 'resumed a session' };
    const certificate = peer.getPeerX509Certificate();
    if (certificate === undefined) return { kind: 'stranger', reason: 'showed no certificate' };
    const { standings, company } = this.#member;
    if (standings !== this.#standings) this.#verdicts.clear();
    this.#standings = standings;
    const known = this.#verdicts.get(certificate.fingerprint256);
    const verdict = known ?? this.#remember(certificate.fingerprint256, this.#judgeName(certificate));
    // Who is in the mesh may be another by the next handshake.
    if (verdict.kind === 'member' && company.isRemoved(verdict.identity)) {
      return { kind: 'removed', identity: verdict.identity, reason: describeRemoved(verdict.identity) };
    }
    return verdict;
  }

  #judgeName(certificate: X509Certificate): PeerVerdict {
    const meshId = readMachineMesh(certificate);
    return meshId === undefined ? this.#judgeRole(certificate) : this.#judgeMachine(certificate, meshId);
  }

  #judgeMachine(certificate: X509Certificate, meshId: string): PeerVerdict {
    const { service, standings } = this.#member;
    const role = this.#role;
    const rootKey = standings.find((standing) => standing.meshId === meshId)?.byMachine?.rootKey;
    const identity = rootKey === undefined ? undefined : readMachineIdentity(certificate, meshId, rootKey);
    if (identity === undefined) {
      return { kind: 'stranger', reason: 'claims a name that its authority does not give' };
    }
    if (isAllowed(identity.may, role, service)) {
      return { kind: 'member', meshId, style: 'machine', identity, publicKey: certificate.publicKey };
    }
    return {
      kind: 'stranger',
      reason: `is ${identity.machine}, which may ${describeMay(identity.may)}, and not ${describeRole(role, service)}`,
    };
  }

  #judgeRole(certificate: X509Certificate): PeerVerdict {
    const uri = readMemberUri(certificate);
    const { service, standings } = this.#member;
    const role = this.#role;
    const standing = standings.find(({ meshId }) => uri === formatMemberUri(meshId, role, service));
    if (standing === undefined)
      return { kind: 'stranger', reason: `is ${uri ?? 'nobody by name'}, not who may ${role} ${service}` };
    // The name must be given by the authority of the mesh that it names: TLS asks for one of several, or knew more when it began.
    const { meshId, byRole } = standing;
    if (byRole === undefined || !certificate.verify(byRole.peerAuthorityKey)) {
      return { kind: 'stranger', reason: 'claims a name that its authority does not give' };
    }
    const identity = describeNameless(certificate, meshId, role, service);
    return { kind: 'member', meshId, style: 'role', identity, publicKey: certificate.publicKey };
  }

  #remember(print: string, verdict: PeerVerdict): PeerVerdict {
    this.#verdicts.set(print, verdict);
    return verdict;
  }
}

/** Goes on after "it". */
export function describeRemoved({ machine }: MachineIdentity): string {
  return `is ${machine ?? 'a machine'}, which was removed from the mesh`;
}

function describeRole(role: Role, service: string): string {
  if (role === 'view') return 'show itself';
  return role === 'peer' ? 'have peer links' : `${role === 'proxy' ? 'reach' : role} ${service}`;
}

/** Who shows no more than what it may do. */
function describeNameless(certificate: X509Certificate, meshId: string, role: Role, service: string): MachineIdentity {
  return {
    meshId,
    kind: 'nameless',
    machine: undefined,
    keyId: identifyKey(certificate.publicKey),
    serial: certificate.serialNumber.toLowerCase(),
    may: readRole(role, service),
    expiresAt: Date.parse(certificate.validTo),
  };
}

function readRole(role: Role, service: string): May {
  switch (role) {
    case 'peer':
    case 'view':
      return { kind: 'all' };
    case 'announce':
      return { kind: 'some', announce: [service], proxy: [] };
    case 'proxy':
      return { kind: 'some', announce: [], proxy: [service] };
    default:
      return role satisfies never;
  }
}
