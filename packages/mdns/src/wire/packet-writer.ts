import { MdnsError } from '../mdns-error.ts';
import { parseIpv4, parseIpv6 } from './address.ts';
import { CLASS_ANY, CLASS_IN, CLASS_TOP_BIT, POINTER_BITS } from './header.ts';
import { HEADER_BYTES, MAX_LABEL_BYTES, MAX_NAME_BYTES, MAX_STRING_BYTES } from './limits.ts';
import type { Question } from './message.ts';
import { formatName, type Name } from './name.ts';
import { type RecordData, type ResourceRecord, typeCode } from './record.ts';

const INITIAL_BYTES = 512;
/** A pointer has 14 bits (RFC 1035 4.1.4). */
const MAX_POINTER = 0x3fff;
/** Of a UTF-16 unit in UTF-8. */
const MAX_UTF8_BYTES = 3;
const MAX_RDATA_BYTES = 0xffff;

/** A name written before: where it stands, and the longer names that end in it. */
interface WrittenName {
  readonly offset: number;
  readonly longer: Map<string, WrittenName>;
}

/** Which names are compressed: also none in SRV data, or none at all. */
type Compression = 'all' | 'but-srv' | 'none';

/** A place to go back to. */
export interface Mark {
  readonly at: number;
  readonly names: number;
}

const utf8 = new TextEncoder();

/**
 * Writes the body of one packet; names are compressed against those that were written before, label for label with their case,
 * in PTR, SRV and NSEC data too (RFC 6762 18.14). What can't be encoded throws an {@link MdnsError}: nothing that
 * the decoder returned is of that kind.
 */
export class PacketWriter {
  #bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  #at: number;
  readonly #compression: Compression;
  readonly #root: Map<string, WrittenName> = new Map();
  /** In the order of writing, so that what was written after a mark can be forgotten. */
  readonly #written: { readonly siblings: Map<string, WrittenName>; readonly label: string }[] = [];

  constructor(options: { readonly start?: number; readonly compression?: Compression } = {}) {
    this.#at = options.start ?? HEADER_BYTES;
    this.#compression = options.compression ?? 'all';
  }

  get length(): number {
    return this.#at;
  }

  mark(): Mark {
    return { at: this.#at, names: this.#written.length };
  }

  /** Forgets what was written after the mark. */
  rewind(mark: Mark): void {
    this.#at = mark.at;
    for (let entry = this.#written.length; entry > mark.names; entry--) {
      const forgotten = this.#written.pop();
      forgotten?.siblings.delete(forgotten.label);
    }
  }

  writeQuestion(question: Question): void {
    this.#writeName(question.name);
    this.#writeUint16(question.type);
    this.#writeUint16((question.anyClass ? CLASS_ANY : CLASS_IN) | (question.unicast ? CLASS_TOP_BIT : 0));
  }

  writeRecord(record: ResourceRecord): void {
    this.#writeName(record.name);
    this.#writeUint16(typeCode(record.data));
    this.#writeUint16(CLASS_IN | (record.flush ? CLASS_TOP_BIT : 0));
    this.#writeUint16(record.ttl >>> 16);
    this.#writeUint16(record.ttl & 0xffff);
    const lengthAt = this.#at;
    this.#writeUint16(0);
    this.writeRdata(record.data);
    const length = this.#at - lengthAt - 2;
    if (length > MAX_RDATA_BYTES) {
      throw new MdnsError(
        'record-too-long',
        `The data of ${formatName(record.name)} takes ${length} bytes; 65535 fit.`,
      );
    }
    this.setUint16(lengthAt, length);
  }

  writeRdata(data: RecordData): void {
    switch (data.type) {
      case 'A':
        this.#writeAddress(data.address, parseIpv4(data.address));
        return;
      case 'AAAA':
        this.#writeAddress(data.address, parseIpv6(data.address));
        return;
      case 'PTR':
        this.#writeName(data.target);
        return;
      case 'SRV':
        this.#writeUint16(data.priority);
        this.#writeUint16(data.weight);
        this.#writeUint16(data.port);
        if (this.#compression === 'all') this.#writeName(data.target);
        else this.#writeWholeName(data.target);
        return;
      case 'TXT':
        for (const string of data.strings) this.#writeString(string);
        // RFC 6763 6.1: a TXT record has one string at least.
        if (data.strings.length === 0) this.#writeByte(0);
        return;
      case 'NSEC':
        this.#writeName(data.next);
        this.#writeTypeBitmap(data.types);
        return;
      case 'OTHER':
        this.#writeBytes(data.bytes);
        return;
      default:
        data satisfies never;
    }
  }

  setUint16(at: number, value: number): void {
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }

  /** The bytes so far. The writer is not to be used after this. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  #writeWholeName(name: Name): void {
    for (const label of name) this.#writeLabel(label, name);
    this.#writeByte(0);
    this.#checkNameLength(name);
  }

  #writeName(name: Name): void {
    if (this.#compression === 'none') {
      this.#writeWholeName(name);
      return;
    }
    let siblings = this.#root;
    let known: WrittenName | undefined;
    let rest = name.length;
    while (rest > 0) {
      const longer = siblings.get(name[rest - 1] ?? '');
      if (longer === undefined) break;
      known = longer;
      siblings = longer.longer;
      rest -= 1;
    }
    const offsets: number[] = [];
    for (let index = 0; index < rest; index++) {
      offsets.push(this.#at);
      this.#writeLabel(name[index] ?? '', name);
    }
    if (known === undefined) this.#writeByte(0);
    else this.#writeUint16((POINTER_BITS << 8) | known.offset);
    if (name.length > 0) this.#checkNameLength(name);
    for (let index = rest - 1; index >= 0; index--) {
      const offset = offsets[index] ?? 0;
      const label = name[index] ?? '';
      if (offset > MAX_POINTER) break;
      const written: WrittenName = { offset, longer: new Map() };
      siblings.set(label, written);
      this.#written.push({ siblings, label });
      siblings = written.longer;
    }
  }

  #checkNameLength(name: Name): void {
    // Too few labels to be too long, as long as each of them is within its limit.
    if (name.length * (MAX_LABEL_BYTES + 1) < MAX_NAME_BYTES) return;
    const length = name.reduce((sum, label) => sum + 1 + utf8.encode(label).length, 1);
    if (length > MAX_NAME_BYTES) {
      throw new MdnsError('name-too-long', `The name "${formatName(name)}" takes ${length} bytes; shorten it to 255.`);
    }
  }

  #writeLabel(label: string, name: Name): void {
    const lengthAt = this.#at;
    this.#writeByte(0);
    const written = this.#copyText(label);
    if (written < 1 || written > MAX_LABEL_BYTES) {
      throw new MdnsError(
        'bad-label',
        `The label "${label}" of "${formatName(name)}" takes ${written} bytes; a label has 1 to 63.`,
      );
    }
    this.#at += written;
    this.#bytes[lengthAt] = written;
  }

  /** Puts the text behind what was written; `#at` stays. Most labels are ASCII, and their bytes are their characters. */
  #copyText(text: string): number {
    this.#reserve(text.length * MAX_UTF8_BYTES);
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return utf8.encodeInto(text, this.#bytes.subarray(this.#at)).written;
      this.#bytes[this.#at + index] = code;
    }
    return text.length;
  }

  #writeString(string: Uint8Array): void {
    if (string.length > MAX_STRING_BYTES) {
      throw new MdnsError('txt-too-long', `A TXT string takes ${string.length} bytes; shorten it to 255.`);
    }
    this.#writeByte(string.length);
    this.#writeBytes(string);
  }

  #writeAddress(text: string, bytes: Uint8Array | undefined): void {
    if (bytes === undefined)
      throw new MdnsError('bad-address', `"${text}" is no literal address of the record's family.`);
    this.#writeBytes(bytes);
  }

  /** RFC 4034 4.1.2. */
  #writeTypeBitmap(types: readonly number[]): void {
    const windows = new Map<number, Uint8Array>();
    for (const type of [...types].sort((a, b) => a - b)) {
      const byteAt = (type & 0xff) >> 3;
      const window = new Uint8Array(byteAt + 1);
      window.set(windows.get(type >> 8) ?? []);
      window[byteAt] = (window[byteAt] ?? 0) | (0x80 >> (type & 7));
      windows.set(type >> 8, window);
    }
    for (const [window, bitmap] of windows) {
      this.#writeByte(window);
      this.#writeByte(bitmap.length);
      this.#writeBytes(bitmap);
    }
  }

  #writeByte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at] = value;
    this.#at += 1;
  }

  #writeUint16(value: number): void {
    this.#reserve(2);
    this.setUint16(this.#at, value);
    this.#at += 2;
  }

  #writeBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
