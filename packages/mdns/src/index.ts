export type { Clock } from './clock.ts';
export type { BrowseEvent, Instance, InstanceAddress } from './instance.ts';
export { MdnsError } from './mdns-error.ts';
export type { InterfaceAddress, Link, LinkEvents, LinkSource, Network, NetworkInterface } from './network.ts';
export type { Browse, BrowseOptions, MdnsNodeOptions, NodeEvent } from './node.ts';
export type { Publication, PublicationEvent, PublicationState, ServiceChange, ServiceOptions } from './publication.ts';
export type { Txt } from './txt.ts';
