export { ManualClock } from './manual-clock.ts';
export { MemoryHost, MemoryNetwork, type MemoryNetworkOptions, type SentPacket } from './memory-network.ts';
export { seededRandom } from './seeded-random.ts';
