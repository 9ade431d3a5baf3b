import { Duplex } from 'node:stream';

/** One end of a connection in memory: what is written here is read at the other end, and a reset is seen there as one. */
export class MemoryLeg extends Duplex {
  /** Undefined where whoever came has gone. */
  remoteAddress: string | undefined;
  wasReset = false;
  #peer: MemoryLeg | undefined;
  #taken: (() => void) | undefined;

  constructor(remoteAddress: string) {
    super({ allowHalfOpen: true });
    this.remoteAddress = remoteAddress;
    this.pause();
  }

  /** The client's end, and the server's, which sees this address. */
  static pair(address = '10.99.0.2'): readonly [client: MemoryLeg, server: MemoryLeg] {
    const [client, server] = [new MemoryLeg('10.99.0.1'), new MemoryLeg(address)];
    client.#join(server);
    server.#join(client);
    return [client, server];
  }

  resetAndDestroy(): this {
    this.wasReset = true;
    this.#peer?.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    return this.destroy();
  }

  override _read(): void {
    this.#peer?.finishWrite();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const peer = this.#peer;
    if (peer === undefined || peer.destroyed || chunk.length === 0 || peer.push(Buffer.from(chunk))) done();
    else this.#taken = done;
  }

  override _final(done: () => void): void {
    if (this.#peer?.destroyed === false) this.#peer.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#peer?.destroyed === false && !this.wasReset) this.#peer.push(null);
    this.finishWrite();
    done(error);
  }

  #join(peer: MemoryLeg): void {
    this.#peer = peer;
  }

  finishWrite(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }
}

/** What comes, until the end or a failure. */
export async function readAll(leg: Duplex): Promise<string> {
  let text = '';
  leg.on('data', (chunk) => {
    text += chunk;
  });
  leg.resume();
  await new Promise<void>((resolve) => {
    leg
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve());
  });
  return text;
}
