export { toBase32 } from './base32.ts';
export { type Beacon, BeaconVisits, BeaconWatch, lightBeacon } from './beacon.ts';
export { watchBusyShare } from './busy-share.ts';
export type { Clock } from './clock.ts';
export { type Connection, Connections, type DrainOutcome } from './connections.ts';
export { type DialOptions, type DialResult, dial, type LegResult, startDial } from './dial.ts';
export { drawId } from './draw-id.ts';
export { describeFileFault } from './file-fault.ts';
export { type HeldSocket, holdSocket } from './held-socket.ts';
export { addHistograms, CONNECTION_SECONDS, Histogram, type HistogramView } from './histogram.ts';
export { type InputFileOptions, NO_END, NOT_REGULAR, readInputFile, TOO_LONG } from './input-file.ts';
export { keepLent, lendReads, takeIn } from './intake.ts';
export { type Introduced, Introduction, type IntroductionOptions } from './introduction.ts';
export { KeptListeners } from './kept-listeners.ts';
export { KeptSockets } from './kept-sockets.ts';
export { type Leg, probeLeg, resetLeg } from './leg.ts';
export { connectionLimit, fileLimit, type LimitedProcess } from './limits.ts';
export {
  isStaleSocket,
  isWindowsPipe,
  type Listener,
  type ListenOptions,
  listen,
  REMOTE_SOCKET,
  refuseToListen,
  removeSocket,
} from './listen.ts';
export { isAbsentAddress, listenInBoth, type OpenPort } from './listen-in-both.ts';
export { isLocalFault } from './local-fault.ts';
export { isLoopback, LOCALHOST_ADDRESSES, LOOPBACK_OF_ANY, stripZone } from './loopback.ts';
export { makeFolders } from './make-folders.ts';
export { matchNetworks } from './match-networks.ts';
export { omitUndefined } from './omit-undefined.ts';
export type { Opened, Opening } from './opening.ts';
export { outsideTls } from './outside-tls.ts';
export { Overload } from './overload.ts';
export { withPatience } from './patience.ts';
export { formatPlace, isHost, type Place, parsePlace, splitPlace } from './place.ts';
export { type Destination, type Prologue, type Proof, runPrologues } from './prologue.ts';
export { type ClientLeg, clientEndsOf, setClientEnds, toldEndsOf } from './proxy-protocol/client-ends.ts';
export { ProxyHeaderError } from './proxy-protocol/header.ts';
export { hearProxyHeader, openWithProxyHeader } from './proxy-protocol/hear-header.ts';
export { LOCAL_HEADER, sendHeaderPrologue } from './proxy-protocol/send-header.ts';
export { QueueTime } from './queue-time.ts';
export { hasUnread, type Parsing, putBack, readLeg, watchEnd } from './read-leg.ts';
export { isPort } from './read-value.ts';
export { Recent } from './recent.ts';
export { dismissClient, Redial, Refusal } from './refusal.ts';
export { errorCode, errorMessage, RelayError, toError } from './relay-error.ts';
export { isRelayedPort, markRelayedPort } from './relayed-port.ts';
export { replaceFile, withFreshFile } from './replace-file.ts';
export { Room, type Share } from './room.ts';
export { isSheltered, type Shelter } from './shelter.ts';
export { type FindSourceAddress, findSourceAddress } from './source-address.ts';
export { SpareBuffers } from './spare-buffers.ts';
export { type Side, type Splice, type SpliceOptions, type SpliceOutcome, splice } from './splice.ts';
export { surface } from './surface.ts';
export {
  formatListenPlace,
  formatTarget,
  type InheritedSocket,
  isLocalTarget,
  type ListenPlace,
  type Target,
  type TcpTarget,
} from './target.ts';
export { TurnedAway } from './turned-away.ts';
export { type TurnInterval, Turns } from './turns.ts';
export { type Ends, nameEnd, Unacknowledged } from './unacknowledged.ts';
export { describeKeepToOwner, keepToOwner, listReaders } from './windows-rights.ts';
