export type { DnsAnswer } from './dns/answer.ts';
export { createDnsClient, type DnsClient, type DnsClientOptions, MAX_DNS_SERVERS } from './dns/client.ts';
export { isDomainName } from './dns/domain-name.ts';
export { type Absent, type AddressAnswer, type Failed, lookUpAddresses } from './dns/lookup.ts';
export type { AddressRecord, DnsQuestion, QueryType, SrvRecord } from './dns/record.ts';
export { listSearchNames, readSystemSearchList } from './dns/search-list.ts';
export { DNS_PORT, type DnsServer, longestTtlSeconds, readSystemDnsServers } from './dns/server.ts';
export { lookUpService, type ServiceAnswer, type ServiceTarget } from './dns/service.ts';
export { systemDnsTransport } from './dns/system-transport.ts';
export type { DnsTransport } from './dns/transport.ts';
export { createEtcdRegistry, type EtcdRegistryOptions } from './etcd/registry.ts';
export { createSystemTransport } from './etcd/system-transport.ts';
export type { EtcdAnswer, EtcdTransport } from './etcd/transport.ts';
export {
  type EntryEvent,
  type FolderEvent,
  type FolderWatch,
  folderOfService,
  type HeldEntry,
  type Registry,
  type RegistryEntry,
  SERVICE_PLACEHOLDER,
} from './registry.ts';
export { createEnsembleSessions, type EnsembleOptions } from './zookeeper/ensemble-session.ts';
export type { OpenZooKeeperLink, ZooKeeperLink, ZooKeeperLinkEvents } from './zookeeper/link.ts';
export { isNodePath } from './zookeeper/path.ts';
export { createZooKeeperRegistry, type ZooKeeperRegistryOptions } from './zookeeper/registry.ts';
export { ZOOKEEPER_PORT, type ZooKeeperServer } from './zookeeper/server.ts';
export type { OpenSession, SessionEvent, ZooKeeperSession } from './zookeeper/session.ts';
