/** Bytes of DNS messages, put together by hand so that they can be wrong in any way. */

const CLASS_IN = 1;
const FLUSH = 0x8000;
/** RFC 1035 4.1.4 */
const POINTER = 0xc000;

export const FLAGS = { query: 0, truncatedQuery: 0x0200, response: 0x8400 } as const;
export const TYPES = { A: 1, PTR: 12, TXT: 16, AAAA: 28, SRV: 33, NSEC: 47, ANY: 255 } as const;

export interface RawSections {
  readonly flags: number;
  readonly questions?: readonly Uint8Array[];
  readonly answers?: readonly Uint8Array[];
  readonly authorities?: readonly Uint8Array[];
  readonly additionals?: readonly Uint8Array[];
}

export interface RawRecordOptions {
  readonly ttl?: number;
  readonly flush?: boolean;
}

/** A packet whose header tells the truth. */
export function rawPacket({
  flags,
  questions = [],
  answers = [],
  authorities = [],
  additionals = [],
}: RawSections): Uint8Array {
  const sections = [questions, answers, authorities, additionals];
  const header = [0, flags, ...sections.map(({ length }) => length)].flatMap(uint16);
  return join([Uint8Array.from(header), ...sections.flat()]);
}

/** An uncompressed name. */
export function rawName(...labels: readonly string[]): Uint8Array {
  const parts = labels.map((label) => {
    const text = new TextEncoder().encode(label);
    return join([Uint8Array.of(text.length), text]);
  });
  return join([...parts, Uint8Array.of(0)]);
}

/** A pointer to this offset of the packet. */
export function rawPointer(offset: number): Uint8Array {
  return Uint8Array.from(uint16(POINTER | offset));
}

export function rawQuestion(name: Uint8Array, type: number): Uint8Array {
  return join([name, Uint8Array.from([...uint16(type), ...uint16(CLASS_IN)])]);
}

export function rawRecord(
  name: Uint8Array,
  type: number,
  data: Uint8Array,
  { ttl = 120, flush = false }: RawRecordOptions = {},
): Uint8Array {
  const fixed = [type, CLASS_IN | (flush ? FLUSH : 0), ttl >>> 16, ttl & 0xffff, data.length].flatMap(uint16);
  return join([name, Uint8Array.from(fixed), data]);
}

export function rawSrv(port: number, target: Uint8Array): Uint8Array {
  return join([Uint8Array.from([0, 0, port].flatMap(uint16)), target]);
}

/** A name and as many pointers as wanted, each to the one before. `offset`: where in the packet it will stand. */
export function rawPointerChain(length: number, offset: number): Uint8Array {
  const first = rawName('a');
  const pointers = Array.from({ length }, (_, index) =>
    rawPointer(index === 0 ? offset : offset + first.length + 2 * (index - 1)),
  );
  return join([first, ...pointers]);
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function uint16(value: number): readonly [number, number] {
  return [(value >>> 8) & 0xff, value & 0xff];
}
