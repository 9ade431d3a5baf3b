export {
  type CheckSubject,
  type CheckUnderTest,
  listCheckCases,
  type ServiceCondition,
  type SuiteCase,
} from './check-suite.ts';
export type { CommandOptions, CommandResult } from './lab/command.ts';
export { Host } from './lab/host.ts';
export { type Exit, HostProcess, type LineOptions } from './lab/host-process.ts';
export { Lab, type LabOptions } from './lab/lab.ts';
export { findMissingPackages, type Peer, POSTGRES_FOLDER, PYTHON } from './lab/peers.ts';
export { ManualClock } from './manual-clock.ts';
export { MemoryHost, MemoryNetwork, type MemoryNetworkOptions, type SentPacket } from './memory-network.ts';
export { seededRandom } from './seeded-random.ts';
export { listSourceCases, type SourceFixture, type SourceUnderTest, type SuiteCase } from './source-suite.ts';
