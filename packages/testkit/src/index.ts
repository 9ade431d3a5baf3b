export {
  type CheckSubject,
  type CheckUnderTest,
  listCheckCases,
  type ServiceCondition,
} from './check-suite.ts';
export { type CrowdOptions, countErrors, joinCrowd, measureTraffic, nameInCrowd, type Rate } from './crowd.ts';
export { listEngineCases } from './engine-suite.ts';
export type { CreateEngineUnderTest, EngineAbilities, EngineUnderTest } from './engine-world.ts';
export { answerTo, type Behaviour, dialForever, FakeService, failDial, staySilent, TARGET } from './fake-service.ts';
export { countFuzzRuns, FUZZ_TIMEOUT_MS } from './fuzz-runs.ts';
export { HOSTILE_PACKETS, PLAIN_PACKETS } from './hostile/corpus.ts';
export { listHostileDocuments } from './hostile/documents.ts';
export { hostilePacket } from './hostile/mutation.ts';
export { FLAGS, rawName, rawPacket, rawQuestion, rawRecord, rawSrv, TYPES } from './hostile/raw-packet.ts';
export { HostileTarget } from './hostile/target.ts';
export { type CommandOptions, type CommandResult, runCommand } from './lab/command.ts';
export { Host } from './lab/host.ts';
export { type Exit, HostProcess, type LineOptions } from './lab/host-process.ts';
export { Lab, type LabOptions } from './lab/lab.ts';
export { findMissingPackages, type Peer, POSTGRES_FOLDER, PYTHON } from './lab/peers.ts';
export { ManualClock } from './manual-clock.ts';
export { MemoryHost, MemoryNetwork, type MemoryNetworkOptions, type SentPacket } from './memory-network.ts';
export { MemoryPeerHost, MemoryPeers, type PeerTraffic } from './memory-peers.ts';
export { seededRandom } from './seeded-random.ts';
export { SimulatedHost, type SimulatedHostOptions } from './simulated-host.ts';
export { SimulatedLan, type SimulatedLanOptions, type Traffic } from './simulated-lan.ts';
export { listSourceCases, type SourceFixture, type SourceUnderTest } from './source-suite.ts';
export type { SuiteCase } from './suite-case.ts';
export {
  connectTo,
  echo,
  findClosedPort,
  greetWith,
  type Reading,
  readToEnd,
  SilentListener,
  TcpService,
} from './tcp-peers.ts';
export { Uncaught } from './uncaught.ts';
