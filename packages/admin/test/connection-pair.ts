import { Duplex } from 'node:stream';

/** One end of a connection in memory; what is written here is read at the other end, which holds back what it has not room for. */
export class ConnectionEnd extends Duplex {
  /** As a TCP socket has it. */
  localPort: number | undefined;
  #peer: ConnectionEnd | undefined;
  #taken: (() => void) | undefined;

  /** The client's end, and the server's. */
  static pair(localPort?: number): readonly [ConnectionEnd, ConnectionEnd] {
    const [client, server] = [new ConnectionEnd(), new ConnectionEnd()];
    server.localPort = localPort;
    client.#join(server);
    server.#join(client);
    return [client, server];
  }

  override _read(): void {
    this.#peer?.finishWrite();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#peer?.push(chunk) === true || chunk.length === 0) done();
    else this.#taken = done;
  }

  override _final(done: () => void): void {
    this.#peer?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#peer?.push(null);
    done(error);
  }

  /** The other end has room again. */
  finishWrite(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  #join(peer: ConnectionEnd): void {
    this.#peer = peer;
  }
}
