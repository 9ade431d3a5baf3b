export type { DnsCounters } from './counters.ts';
export { type Answer, type Asker, answerQuery } from './rules/answer.ts';
export { DEFAULT_DOMAIN, type DomainFault, parseDomain } from './rules/domain.ts';
export { type HostLabel, hostLabelOf } from './rules/host-label.ts';
export type { Known, KnownInstance, KnownProxy } from './rules/known.ts';
export { ownLoopbackAddress } from './rules/own-address.ts';
export { buildZone, SERVER_LABEL, type Zone, type ZoneOptions } from './rules/zone.ts';
export { type DnsPlace, type DnsServerOptions, type StartedDnsServer, startDnsServer } from './server.ts';
