import { isIP } from 'node:net';
import { DNS_PORT, type DnsServer } from '@mdns-ambassador/registries';
import { parseHostPort } from './host-port.ts';

/** `10.0.0.53`, `10.0.0.53:5353`, `[fd00::53]:53`; without a port it is 53. */
export function parseDnsServer(text: string): DnsServer {
  if (isIP(text) !== 0) return { host: text, port: DNS_PORT };
  return parseHostPort(text.includes(':') ? text : `${text}:${DNS_PORT}`);
}
