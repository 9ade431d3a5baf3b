/** Names of one folder: where there are more, they are no places of a service. */
const MAX_TEXTS = 65_536;

/** Writes jute, ZooKeeper's encoding: numbers in network order, texts and bytes behind their length. */
export class JuteWriter {
  readonly #parts: Buffer[] = [];

  int(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return this.#add(bytes);
  }

  long(value: bigint): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
    return this.#add(bytes);
  }

  bool(value: boolean): this {
    return this.#add(Buffer.of(value ? 1 : 0));
  }

  bytes(value: Uint8Array): this {
    return this.int(value.length).#add(Buffer.from(value));
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value, 'utf8'));
  }

  /** What was written so far, behind its length. */
  toFrame(): Buffer {
    const body = Buffer.concat(this.#parts);
    return Buffer.concat([new JuteWriter().int(body.length).#parts[0] ?? Buffer.alloc(0), body]);
  }

  #add(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }
}

/** Reads jute. Each call throws where more is claimed than there is. */
export class JuteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int(): number {
    return this.#take(4).readInt32BE();
  }

  long(): bigint {
    return this.#take(8).readBigInt64BE();
  }

  /** Empty for what is not there. */
  bytes(): Buffer {
    const length = this.int();
    return length === -1 ? Buffer.alloc(0) : this.#take(length);
  }

  text(): string {
    return this.bytes().toString('utf8');
  }

  texts(): readonly string[] {
    const count = this.int();
    if (count > MAX_TEXTS) throw new Error(`a folder of ${count} nodes`);
    return Array.from({ length: Math.max(0, count) }, () => this.text());
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) throw new Error(`${length} bytes within ${this.#bytes.length}`);
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
