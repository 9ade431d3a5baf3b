export type { Random } from '@mdns-ambassador/mdns';
export { type Ambassador, type AmbassadorOptions, createAmbassador, type OneServiceOptions } from './ambassador.ts';
export { AmbassadorError } from './ambassador-error.ts';
export { createChosenEngine } from './engines/chosen.ts';
export type { Dial, EndpointDialler } from './engines/endpoint-dialler.ts';
export type {
  ConnectionOutcome,
  ConnectionReport,
  CreateEngine,
  DialFailure,
  EndpointPicker,
  Engine,
  EngineCounters,
  EngineEvent,
} from './engines/engine.ts';
export { type Faults, formatFault, formatFaults } from './engines/faults.ts';
export { createHaproxyEngine, type HaproxyEngineOptions } from './engines/haproxy.ts';
export { createNftablesEngine, type NftablesEngineOptions } from './engines/nftables.ts';
export { createNodeEngine, type NodeEngineOptions, type NodeEnginePath } from './engines/node.ts';
export { type FeedChannel, type FeedChannelEvents, type OpenFeed, openSystemFeed } from './feed/feed-channel.ts';
export type { FeedRequest } from './feed/feed-message.ts';
export {
  type FeedCounters,
  type FeedEvent,
  FeedServer,
  type FeedServerOptions,
  type FeedSocket,
  MAX_FEED_READERS,
} from './feed/feed-server.ts';
export type { BalancerName } from './pool/balancer.ts';
export { DialBudget } from './pool/dial-budget.ts';
export { FAILURE_REASONS } from './pool/dial-failure.ts';
export type { Endpoint, EndpointState, EndpointStatus } from './pool/endpoint.ts';
export type { MergeMode } from './pool/merge.ts';
export type { Update } from './pool/update.ts';
export type { ProxiedService } from './proxied-service.ts';
export type { ProxyEvent } from './proxy-event.ts';
export type { EngineChoice, Preference, ProxyCheck, ProxyOptions } from './proxy-options.ts';
export { createEndpointCheck } from './service/endpoint-check.ts';
export {
  type EndpointReport,
  type EndpointStatusReport,
  reportEndpoint,
  reportEndpointStatus,
} from './service/endpoint-report.ts';
export { LoopLag } from './service/loop-lag.ts';
export { OwnLinks } from './service/own-links.ts';
export type { ServiceStatus } from './service/service-proxy.ts';
export type { ServiceConnectionReport, ServiceTraffic, SourceWord } from './service/service-traffic.ts';
export type { Wake } from './service/wake.ts';
export {
  type AddressContext,
  type AddressRefusal,
  type AddressVerdict,
  type Cidr,
  isEndpointAddress,
  judgeAddress,
  judgePeerAddress,
  parseCidr,
} from './sources/address-policy.ts';
export { type AgentSourceOptions, createAgentSource } from './sources/agent.ts';
export { createDnsSource, type DnsSourceOptions } from './sources/dns.ts';
export { DEFAULT_MAX_TTL_MS } from './sources/dns-ttl.ts';
export { type ListedPlace, parseEndpointList } from './sources/endpoint-list.ts';
export { createEtcdSource, type EtcdSourceOptions } from './sources/etcd.ts';
export { createFileSource, type FileSourceOptions } from './sources/file.ts';
export { type Lookup, systemLookup } from './sources/host-addresses.ts';
export type { InstanceFilter } from './sources/instance-filter.ts';
export {
  createMdnsSource,
  type InstanceBrowser,
  type InstanceMembership,
  type MdnsSourceOptions,
  type MembershipJudge,
} from './sources/mdns.ts';
export { guessNetwork } from './sources/network-of.ts';
export type { RegistrySourceOptions, SkippedEntries } from './sources/registry.ts';
export type { ForeignInstance, RefusedInstance, Source } from './sources/source.ts';
export type { SourceHealth } from './sources/source-health.ts';
export { createSrvSource, type SrvSourceOptions } from './sources/srv.ts';
export { createStaticSource, type StaticSourceOptions } from './sources/static.ts';
export { type FileAccess, systemFiles } from './sources/system-files.ts';
export { createZooKeeperSource, type ZooKeeperSourceOptions } from './sources/zookeeper.ts';
export { EndpointWatch, type EndpointWatchOptions } from './watch/endpoint-watch.ts';
export { type ResolveOptions, resolveEndpoints } from './watch/resolve.ts';
export type { StartWorker } from './workers/crew.ts';
export type { FromWorker, ToWorker } from './workers/worker-message.ts';
export { WorkerSide } from './workers/worker-side.ts';
export { Workforce } from './workers/workforce.ts';
