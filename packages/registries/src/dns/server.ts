import { Resolver } from 'node:dns';
import type { Place } from '@mdns-ambassador/relay';

/** A DNS server, recursive or authoritative for what is asked. */
export type DnsServer = Place;

export const DNS_PORT = 53;

/** Docker's own server, in the containers of a network with a name. */
const DOCKER_SERVER = '127.0.0.11';
/** It says 600 s of addresses that another container has as soon as one is started anew. */
const DOCKER_TTL_SECONDS = 5;

/** The longest that what this server says may be believed, in seconds, whatever TTL it says. */
export function longestTtlSeconds({ host }: DnsServer): number {
  return host === DOCKER_SERVER ? DOCKER_TTL_SECONDS : Number.POSITIVE_INFINITY;
}

/** The servers that this machine is set up to ask, as they are now. */
export function readSystemDnsServers(): readonly DnsServer[] {
  return new Resolver().getServers().map(parseSystemServer);
}

/** `127.0.0.53`, `10.0.0.53:5353`, `fe80::1%eth0`, `[fe80::1%eth0]:5353`: as node:dns writes them. */
export function parseSystemServer(text: string): DnsServer {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const plain = /^([^:]+):(\d+)$/.exec(text);
  const [, host = text, port = String(DNS_PORT)] = bracketed ?? plain ?? [];
  return { host, port: Number(port) };
}
