import type { Clock } from '@mdns-ambassador/mdns';
import type { FeedChannelEvents, OpenFeed } from '../../src/feed/feed-channel.ts';
import { FeedServer, type FeedSocket } from '../../src/feed/feed-server.ts';
import type { Source } from '../../src/sources/source.ts';

/** One end of a conversation that the server holds. */
export class MemorySocket implements FeedSocket {
  writableLength = 0;
  isOver = false;
  readonly written: string[] = [];
  readonly #onWrite: (text: string) => void;
  readonly #onOver: () => void;
  readonly #listeners = new Map<string, (chunk: Uint8Array) => void>();

  constructor(onWrite: (text: string) => void = () => undefined, onOver: () => void = () => undefined) {
    this.#onWrite = onWrite;
    this.#onOver = onOver;
  }

  on(event: string, listener: (chunk: Uint8Array) => void): void {
    this.#listeners.set(event, listener);
  }

  resume(): void {}

  /** What the client says. */
  receive(text: string): void {
    this.#listeners.get('data')?.(Buffer.from(text));
  }

  hangUp(): void {
    this.#listeners.get('close')?.(new Uint8Array());
  }

  write(text: string): void {
    if (this.isOver) return;
    this.written.push(text);
    this.#onWrite(text);
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#onOver();
  }
}

/** An agent that can be stopped and started again, and the way to it. */
export class MemoryAgent {
  readonly #clock: Clock;
  readonly #createSource: () => Source;
  #server: FeedServer | undefined;
  /** Conversations opened so far. */
  opened = 0;

  constructor(clock: Clock, createSource: () => Source) {
    this.#clock = clock;
    this.#createSource = createSource;
  }

  start(): void {
    this.#server = new FeedServer({ createSource: this.#createSource, clock: this.#clock });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  readonly open: OpenFeed = (_path, events: FeedChannelEvents) => {
    this.opened += 1;
    let isOver = false;
    const later = (run: () => void): void => {
      this.#clock.after(0, () => {
        if (!isOver) run();
      });
    };
    const end = (reason: string): void => {
      later(() => {
        isOver = true;
        events.ended(reason);
      });
    };
    const socket = new MemorySocket(
      (text) => later(() => events.line(text.trimEnd())),
      () => end('the agent hung up'),
    );
    later(() => {
      if (this.#server === undefined) {
        end('no agent listens');
        return;
      }
      this.#server.serve(socket);
      events.opened();
    });
    return {
      send: (line) => socket.receive(line),
      close: () => {
        isOver = true;
        socket.hangUp();
      },
    };
  };
}
