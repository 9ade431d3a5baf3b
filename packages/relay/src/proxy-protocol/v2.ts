import type { Parsing } from '../read-leg.ts';
import { type ConnectionEnds, type ProxyHeader, ProxyHeaderError } from './header.ts';
import { addressToBytes, bytesToAddress, mapToIpv6, plainAddress } from './ip-bytes.ts';

/** proxy-protocol.txt 2.2 */
export const SIGNATURE: Buffer = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const FIXED_BYTES = 16;
/** Addresses and what else a sender may tell (TLVs); nginx takes as many. */
export const LONGEST_HEADER = 4_096;
const VERSION = 2;
const LOCAL = 0;
const PROXY = 1;
const UNSPEC = 0x00;
const TCP4 = 0x11;
const TCP6 = 0x21;
const HIGHEST_FAMILY = 3;
const HIGHEST_PROTOCOL = 2;
/** Bytes of the address block, by family. */
const ADDRESS_BYTES: readonly number[] = [0, 12, 36, 216];

/** A header of version 2, which begins with the signature. Throws a ProxyHeaderError as soon as it can't become one. */
export function parseVersion2(bytes: Buffer): Parsing<ProxyHeader> {
  if (bytes.length < FIXED_BYTES) return { kind: 'incomplete' };
  const [versionAndCommand = 0, familyAndProtocol = 0] = bytes.subarray(SIGNATURE.length);
  const version = versionAndCommand >> 4;
  const command = versionAndCommand & 0xf;
  if (version !== VERSION) throw new ProxyHeaderError(`its header says version ${version} of the PROXY protocol`);
  if (command !== LOCAL && command !== PROXY)
    throw new ProxyHeaderError(`its header has the unknown command ${command}`);
  const length = bytes.readUInt16BE(SIGNATURE.length + 2);
  const size = FIXED_BYTES + length;
  if (size > LONGEST_HEADER)
    throw new ProxyHeaderError(`its header has ${size} bytes, and ${LONGEST_HEADER} is the most`);
  if (command === PROXY) refuseFamily(familyAndProtocol, length);
  if (bytes.length < size) return { kind: 'incomplete' };
  const value = command === LOCAL ? LOCAL_HEADER : readAddresses(familyAndProtocol, bytes.subarray(FIXED_BYTES, size));
  return { kind: 'parsed', value, size };
}

/** The header in version 2. Addresses that are none, or of which one is missing, make it an `unknown` one. */
export function encodeProxyHeader(header: ProxyHeader): Buffer {
  if (header.kind === 'local') return frame(LOCAL, UNSPEC, Buffer.alloc(0));
  const block = header.kind === 'forwarded' ? encodeEnds(header) : undefined;
  if (block === undefined) return frame(PROXY, UNSPEC, Buffer.alloc(0));
  return frame(PROXY, block.length === ADDRESS_BYTES[1] ? TCP4 : TCP6, block);
}

const LOCAL_HEADER: ProxyHeader = { kind: 'local' };

function refuseFamily(familyAndProtocol: number, length: number): void {
  const family = familyAndProtocol >> 4;
  const isKnown = family <= HIGHEST_FAMILY && (familyAndProtocol & 0xf) <= HIGHEST_PROTOCOL;
  if (!isKnown) throw new ProxyHeaderError(`its header has the unknown address family ${toHex(familyAndProtocol)}`);
  const needed = ADDRESS_BYTES[family] ?? 0;
  if (length >= needed) return;
  throw new ProxyHeaderError(`its header has ${length} bytes of addresses, and ${needed} are needed`);
}

function readAddresses(familyAndProtocol: number, block: Buffer): ProxyHeader {
  if (familyAndProtocol !== TCP4 && familyAndProtocol !== TCP6) return { kind: 'unknown' };
  const width = familyAndProtocol === TCP4 ? 4 : 16;
  return {
    kind: 'forwarded',
    source: { address: bytesToAddress(block.subarray(0, width)), port: block.readUInt16BE(2 * width) },
    destination: { address: bytesToAddress(block.subarray(width, 2 * width)), port: block.readUInt16BE(2 * width + 2) },
  };
}

/** Both in one family: IPv4 beside IPv6 is mapped. */
function encodeEnds({ source, destination }: ConnectionEnds): Buffer | undefined {
  const from = addressToBytes(plainAddress(source.address));
  const to = addressToBytes(plainAddress(destination.address));
  if (from === undefined || to === undefined) return undefined;
  const addresses = from.length === to.length ? [from, to] : [mapToIpv6(from), mapToIpv6(to)];
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(source.port, 0);
  ports.writeUInt16BE(destination.port, 2);
  return Buffer.concat([...addresses, ports]);
}

function frame(command: number, familyAndProtocol: number, block: Buffer): Buffer {
  const head = Buffer.from([(VERSION << 4) | command, familyAndProtocol, block.length >> 8, block.length & 0xff]);
  return Buffer.concat([SIGNATURE, head, block]);
}

function toHex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}
