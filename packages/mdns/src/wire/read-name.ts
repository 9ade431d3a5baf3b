import { POINTER_BITS } from './header.ts';
import { HEADER_BYTES, MAX_LABEL_BYTES, MAX_LABELS, MAX_NAME_BYTES } from './limits.ts';
import type { Name } from './name.ts';

/** More pointers than labels never make sense. */
const MAX_POINTERS = MAX_LABELS;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const utf8Encoder = new TextEncoder();

/**
 * `next` is the offset behind the name in its place; undefined when not even that can be told, so that nothing after the name
 * can be read. `name` is undefined when the name is damaged.
 */
export interface NameRead {
  readonly name: Name | undefined;
  readonly next: number | undefined;
}

interface Label {
  readonly text: string;
  /** What the text takes when it is written again; replaced bytes take more than they did. */
  readonly octets: number;
}

/**
 * Reads the names of one packet, whatever is in it. Iterative, and bounded against hostile packets: each pointer leads to before
 * the segment that it ends (so there is no loop), 127 pointers, 127 labels, 255 octets; and in all as many labels as the packet
 * has bytes, lest a few bytes of pointers become a mountain of names. Bytes that are no UTF-8 are replaced.
 */
export class NameReader {
  readonly #bytes: Uint8Array;
  /** Labels that are not plain ASCII, by offset: decoded once, however many pointers lead there. */
  readonly #decoded: Map<number, Label> = new Map();
  /** Names that stand behind a pointer alone, by its target: most records of a packet have the same few. */
  readonly #whole: Map<number, Name> = new Map();
  #labelsLeft: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#labelsLeft = bytes.length;
  }

  /** The name at `start`; its part in place must end before `end`. */
  read(start: number, end: number): NameRead {
    const isPointer = start + 1 < end && (this.#bytes[start] ?? 0) >= POINTER_BITS;
    if (!isPointer) return this.#follow(start, end);
    const target = (((this.#bytes[start] ?? 0) & ~POINTER_BITS) << 8) | (this.#bytes[start + 1] ?? 0);
    const known = this.#whole.get(target);
    if (known !== undefined && known.length <= this.#labelsLeft) {
      this.#labelsLeft -= known.length;
      return { name: known, next: start + 2 };
    }
    const read = this.#follow(start, end);
    if (read.name !== undefined) this.#whole.set(target, read.name);
    return read;
  }

  #follow(start: number, end: number): NameRead {
    const bytes = this.#bytes;
    const labels: string[] = [];
    let at = start;
    let segmentStart = start;
    let segmentEnd = end;
    let octets = 1;
    let pointers = 0;
    let next: number | undefined;
    for (;;) {
      if (at >= segmentEnd) return { name: undefined, next };
      const length = bytes[at] ?? 0;
      if (length === 0) return { name: labels, next: next ?? at + 1 };
      if (length >= POINTER_BITS) {
        if (at + 1 >= segmentEnd) return { name: undefined, next };
        next ??= at + 2;
        const target = ((length & ~POINTER_BITS) << 8) | (bytes[at + 1] ?? 0);
        pointers += 1;
        if (target < HEADER_BYTES || target >= segmentStart || pointers > MAX_POINTERS)
          return { name: undefined, next };
        segmentEnd = at;
        segmentStart = target;
        at = target;
        continue;
      }
      const labelEnd = at + 1 + length;
      if (length > MAX_LABEL_BYTES || labelEnd > segmentEnd) return { name: undefined, next };
      const label = this.#readLabel(at + 1, labelEnd);
      octets += 1 + label.octets;
      this.#labelsLeft -= 1;
      const isTooLong = label.octets > MAX_LABEL_BYTES || octets > MAX_NAME_BYTES || labels.length === MAX_LABELS;
      if (isTooLong || this.#labelsLeft < 0) {
        return { name: undefined, next: next ?? skipName(bytes, labelEnd, segmentEnd) };
      }
      labels.push(label.text);
      at = labelEnd;
    }
  }

  #readLabel(start: number, end: number): Label {
    let text = '';
    for (let at = start; at < end; at++) {
      const byte = this.#bytes[at] ?? 0;
      if (byte >= 0x80) return this.#decodeLabel(start, end);
      text += String.fromCharCode(byte);
    }
    return { text, octets: end - start };
  }

  #decodeLabel(start: number, end: number): Label {
    const known = this.#decoded.get(start);
    if (known !== undefined) return known;
    const text = utf8.decode(this.#bytes.subarray(start, end));
    const label = { text, octets: utf8Encoder.encode(text).length };
    this.#decoded.set(start, label);
    return label;
  }
}

/** Where the name in place ends, whatever it says. */
function skipName(bytes: Uint8Array, start: number, end: number): number | undefined {
  let at = start;
  while (at < end) {
    const length = bytes[at] ?? 0;
    if (length === 0) return at + 1;
    if (length >= POINTER_BITS) return at + 1 < end ? at + 2 : undefined;
    if (length > MAX_LABEL_BYTES) return undefined;
    at += 1 + length;
  }
  return undefined;
}
