import { isIPv4, isIPv6 } from 'node:net';
import type { Parsing } from '../read-leg.ts';
import { type ConnectionEnd, type ProxyHeader, ProxyHeaderError } from './header.ts';
import { compressIpv6 } from './ip-bytes.ts';

/** proxy-protocol.txt 2.1: the longest line, its CRLF included. */
const LONGEST_LINE = 107;
const END = '\r\n';
const MAX_PORT = 65_535;
const PORT = /^(0|[1-9]\d{0,4})$/;

/** A header of version 1: one line of text that begins with `PROXY`. Throws a ProxyHeaderError as soon as it can't become one. */
export function parseVersion1(bytes: Buffer): Parsing<ProxyHeader> {
  const text = bytes.subarray(0, LONGEST_LINE).toString('latin1');
  const end = text.indexOf(END);
  if (end >= 0) return { kind: 'parsed', value: readLine(text.slice(0, end)), size: end + END.length };
  if (bytes.length < LONGEST_LINE) return { kind: 'incomplete' };
  throw new ProxyHeaderError(`its first ${LONGEST_LINE} bytes begin as a PROXY line and have no end of one`);
}

function readLine(line: string): ProxyHeader {
  const [, protocol, source = '', destination = '', sourcePort = '', destinationPort = '', ...rest] = line.split(' ');
  // Whatever follows is not looked at.
  if (protocol === 'UNKNOWN') return { kind: 'unknown' };
  if ((protocol !== 'TCP4' && protocol !== 'TCP6') || rest.length > 0) throw refuse();
  const isAddress = protocol === 'TCP4' ? isIPv4 : isZonelessIpv6;
  const readEnd = (address: string, port: string): ConnectionEnd => {
    if (!isAddress(address) || !PORT.test(port) || Number(port) > MAX_PORT) throw refuse();
    return { address: protocol === 'TCP4' ? address : compressIpv6(address), port: Number(port) };
  };
  return {
    kind: 'forwarded',
    source: readEnd(source, sourcePort),
    destination: readEnd(destination, destinationPort),
  };
}

function isZonelessIpv6(address: string): boolean {
  return isIPv6(address) && !address.includes('%');
}

function refuse(): ProxyHeaderError {
  return new ProxyHeaderError('its PROXY line does not say two addresses and two ports of TCP4 or TCP6');
}
