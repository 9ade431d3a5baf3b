export { MeshDialler, type MeshDiallerOptions, PATIENCE_MS, type QuarantineEvent } from './client/mesh-dialler.ts';
export { Company, type Meeting, type RemovalJudge } from './company.ts';
export { HANDSHAKE_CODES } from './handshake/handshake-error.ts';
export { createKeyFile, readKeyFile, replaceKeyFile } from './key-file.ts';
export {
  explainRefusal,
  isKeyText,
  type KeyRing,
  listKeys,
  listMeshIds,
  listTxtKeys,
  type TxtKey,
} from './key-ring.ts';
export { cutBundle, formatBundle } from './keys/bundle.ts';
export { MeshKey } from './keys/mesh-key.ts';
export { Member, type MemberOptions } from './member.ts';
export { type AdmitOptions, admitMachine, MEMBERSHIP_MS } from './membership/admit.ts';
export { formatJoinRequest, type JoinRequest, MAX_REQUEST_TEXT, parseJoinRequest } from './membership/join-request.ts';
export type { MachineIdentity } from './membership/machine-identity.ts';
export { createMachineKey, MachineKey } from './membership/machine-key.ts';
export { foldMachineName, isMachineName } from './membership/machine-name.ts';
export { describeMay, type Grant, type May, readGrants } from './membership/may.ts';
export { MAX_MEMBERSHIP_TEXT, type Membership, parseMembership } from './membership/membership.ts';
export type { Notice, NoticeKind, SignedNotice } from './membership/notice.ts';
export { NoticeList } from './membership/notice-list.ts';
export { NoticeStore, type NoticeStoreOptions } from './membership/notice-store.ts';
export { type NoticeCounters, Notices } from './membership/notices.ts';
export { choosePlace, type Seen } from './membership/roster.ts';
export { RosterStore, type RosterStoreOptions } from './membership/roster-store.ts';
export type { Self } from './membership/self.ts';
export { writeNotices } from './membership/write-notices.ts';
export { Mesh, type MeshOptions } from './mesh.ts';
export { MeshError, type MeshErrorCode } from './mesh-error.ts';
export { MeshPeers, type MeshPeersOptions } from './peer/mesh-peers.ts';
export { type EndWarning, warnOfEnd } from './renewal/due.ts';
export { foldServiceName, type Role } from './role.ts';
export { fitLimits } from './server/admission.ts';
export type { Caller } from './server/caller.ts';
export { type Admitted, Door, type DoorEvent, type DoorOptions } from './server/door.ts';
export type { StreamArrival, StreamCallers } from './server/stream-callers.ts';
export type { KeeperMachine } from './standing.ts';
export {
  type Announced,
  computeSigningDelay,
  explainStranger,
  MAX_DIGEST_LENGTH,
  MESH_TXT_KEYS,
  NOTICES_TXT_KEY,
  signTxtEntries,
  type TxtMembership,
  verifyTxt,
} from './txt-mac.ts';
