import { hash32 } from './hash.ts';

/** 127.64.0.0/10: people and programs use 127.0 and 127.1. */
const FIRST_SECOND_OCTET = 64;
const SECOND_OCTETS = 64;
const OCTETS = 256;
/** Neither .0 nor .255, which look like a network's own. */
const LAST_OCTETS = 254;

/**
 * The loopback address that is this service's alone on every machine, so that it keeps its usual port there: `127.84.3.17`. One of four
 * million, by the name; of two services that share one, the other has to be told where to listen.
 */
export function ownLoopbackAddress(service: string): string {
  const hash = hash32(service.toLowerCase());
  const last = (hash % LAST_OCTETS) + 1;
  const rest = Math.floor(hash / LAST_OCTETS);
  const third = rest % OCTETS;
  const second = FIRST_SECOND_OCTET + (Math.floor(rest / OCTETS) % SECOND_OCTETS);
  return `127.${second}.${third}.${last}`;
}
