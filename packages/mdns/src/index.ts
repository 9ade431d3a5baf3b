export { listTold } from './address-standing.ts';
export { browseService, type TypeBrowser, type WantedService } from './browse-service.ts';
export type { Clock } from './clock.ts';
export { createMdnsNode } from './create-mdns-node.ts';
export { hostLabel, isHostLabel } from './host-label.ts';
export type { BrowseEvent, Instance, InstanceAddress, UnresolvedInstance } from './instance.ts';
export type { SkippedInterface } from './interfaces.ts';
export { checkLink, type HeardHost, type LinkCheck, type LinkCheckOptions } from './link-check.ts';
export { MdnsError } from './mdns-error.ts';
export type {
  AddressFamily,
  InterfaceAddress,
  Link,
  LinkCounters,
  LinkEvents,
  LinkSource,
  Network,
  NetworkInterface,
  ReplyPath,
} from './network.ts';
export type { Browse, BrowseOptions, MdnsNode, MdnsNodeOptions, NodeCounters, NodeEvent } from './node.ts';
export { askOnce, type OneShot, type OneShotOptions, type OneShotTarget } from './one-shot.ts';
export { type OwnAddress, readOwnAddresses } from './own-addresses.ts';
export type { Publication, PublicationEvent, PublicationState, ServiceChange, ServiceOptions } from './publication.ts';
export type { Random } from './rules/machine.ts';
export {
  announceAs,
  isGeneral,
  isSameService,
  isServiceName,
  isServiceType,
  isWebType,
  nameOf,
  readService,
  SERVICE_TXT_KEY,
  serviceOf,
  typeOf,
  typesOf,
} from './service-type.ts';
export { systemClock } from './system-clock.ts';
export { readSystemInterfaces } from './system-interfaces.ts';
export { type SystemNetwork, type SystemNetworkOptions, systemNetwork } from './system-network.ts';
export type { Txt } from './txt.ts';
export { readTxtText, type TxtJson, txtToJson } from './txt-text.ts';
export { isLinkLocalIpv6 } from './wire/address.ts';
export { type Decode, type Decoded, decodeMessage } from './wire/decode.ts';
