import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { decodeLine, LineReader } from '@mdns-ambassador/peers';

const MAX_LINE_BYTES = 256;
/** Who connects says its line at once. */
const PATIENCE_MS = 2_000;
const MAX_CALLERS = 8;

/** Waits for the one connection that the other machine was asked to make; nothing else is served. */
export class CallBack {
  readonly #server: Server;
  readonly #id: string;
  readonly #callers = new Set<Socket>();
  #hasCome = false;

  private constructor(id: string) {
    this.#id = id;
    this.#server = createServer((socket) => this.#take(socket));
    this.#server.maxConnections = MAX_CALLERS;
    this.#server.on('error', () => undefined);
  }

  /** Listens on any free port of an own address, link-local IPv6 with its zone. Undefined where it can't. */
  static async listen(address: string, id: string): Promise<CallBack | undefined> {
    const callBack = new CallBack(id);
    try {
      callBack.#server.listen(0, address);
      await once(callBack.#server, 'listening');
      return callBack;
    } catch {
      return undefined;
    }
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** It has connected, and has said the id. */
  get hasCome(): boolean {
    return this.#hasCome;
  }

  close(): void {
    this.#server.close();
    for (const caller of this.#callers) caller.destroy();
  }

  #take(socket: Socket): void {
    this.#callers.add(socket);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on('close', () => this.#callers.delete(socket)).on('error', () => socket.destroy());
    const lines = new LineReader(MAX_LINE_BYTES);
    socket.on('data', (chunk: Buffer) => {
      const [text, ...more] = lines.push(chunk) ?? [''];
      if (text === undefined) return;
      const reading = decodeLine(text);
      const isIt = reading.kind === 'line' && reading.line.kind === 'dialled' && reading.line.id === this.#id;
      if (isIt && more.length === 0) this.#hasCome = true;
      socket.destroy();
    });
  }
}
