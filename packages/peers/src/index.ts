export type { AddressJudge } from './address-judge.ts';
export type { Examiner } from './examinations.ts';
export { createPeerBrowser, type JoinedNodeOptions, joinPeers } from './joined-node.ts';
export { type PeerPublisher, publishToPeers } from './joined-publication.ts';
export { LineReader } from './link/line-reader.ts';
export { createNetworkJudge, type NetworkJudgeOptions } from './link/network-judge.ts';
export type { PeerListener, PeerReceiver, PeerStream, PeerStreamEvents, PeerTransport } from './link/peer-stream.ts';
export { readPeersFile, writePeersFile } from './link/peers-file.ts';
export { createSystemTransport, type PeerSecurity, type SystemTransportOptions } from './link/system-transport.ts';
export type { NoticeBoard } from './notice-spread.ts';
export type { PeerCounters, PeerEvent, PeerLinkStatus } from './peer-event.ts';
export { PeerNode, type PeerNodeOptions } from './peer-node.ts';
export {
  type DialledLine,
  type ExamineLine,
  type ExamineWay,
  type FactsLine,
  type HelloLine,
  MAX_FIRST_LINE_BYTES,
  MAX_LINE_BYTES,
  type NoticesLine,
  type OutcomeLine,
  PEER_PORT,
  PEER_TXT_KEY,
  PEER_VERSION,
  type PeerLine,
  type PeerPlace,
  type PeerService,
  PROBE_TYPE,
  type RefusedLine,
} from './rules/line.ts';
export { decodeLine, encodeLine, type LineReading } from './rules/line-text.ts';
export type { RememberedPlace } from './rules/memory.ts';
export { ViewCalls, type ViewCallsOptions } from './view-calls.ts';
export type { PeerView } from './views.ts';
