import { FrameReader } from '../../src/zookeeper/frame.ts';
import { JuteReader, JuteWriter } from '../../src/zookeeper/jute.ts';
import type { OpenZooKeeperLink, ZooKeeperLinkEvents } from '../../src/zookeeper/link.ts';
import type { ZooKeeperServer } from '../../src/zookeeper/server.ts';

/** What a server was told, read from its bytes. */
export interface Told {
  readonly xid: number;
  readonly operation: number;
  /** Undefined where the operation has none. */
  readonly path: string | undefined;
}

/** A connection as its server sees it. */
export class ServerSide {
  readonly place: ZooKeeperServer;
  readonly told: Told[] = [];
  /** Of the request for a session. */
  ticket: { readonly lastZxid: bigint; readonly id: bigint } | undefined;
  isGone = false;
  readonly #events: ZooKeeperLinkEvents;
  readonly #frames = new FrameReader();

  constructor(place: ZooKeeperServer, events: ZooKeeperLinkEvents) {
    this.place = place;
    this.#events = events;
  }

  open(): void {
    this.#events.onOpen();
  }

  grant(timeoutMs: number, id = 0x1234n): void {
    this.say(new JuteWriter().int(0).int(timeoutMs).long(id).bytes(Buffer.alloc(16, 0xab)).bool(false).toFrame());
  }

  /** Answers the newest request. */
  answer(code = 0, body: Buffer = Buffer.alloc(0)): void {
    const { xid = 0 } = this.told.at(-1) ?? {};
    const header = new JuteWriter().int(xid).long(9n).int(code).toFrame();
    const frame = Buffer.concat([header, body]);
    frame.writeInt32BE(frame.length - 4);
    this.say(frame);
  }

  say(bytes: Buffer): void {
    if (!this.isGone) this.#events.onBytes(bytes);
  }

  end(reason?: string): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#events.onClose(reason);
  }

  hear(bytes: Buffer): void {
    for (const frame of this.#frames.read(bytes)) {
      const reader = new JuteReader(frame);
      const first = reader.int();
      if (this.ticket === undefined) {
        const lastZxid = reader.long();
        reader.int();
        this.ticket = { lastZxid, id: reader.long() };
        continue;
      }
      const operation = reader.int();
      const hasPath = first > 0 && operation > 0;
      this.told.push({ xid: first, operation, path: hasPath ? reader.text() : undefined });
    }
  }
}

/** Servers in memory: each connection is told to the test, which speaks for its server. */
export function createMemoryServers(): { readonly openLink: OpenZooKeeperLink; readonly connections: ServerSide[] } {
  const connections: ServerSide[] = [];
  return {
    connections,
    openLink: (place, events) => {
      const side = new ServerSide(place, events);
      connections.push(side);
      return {
        send: (bytes) => side.hear(bytes),
        destroy: () => {
          side.isGone = true;
        },
      };
    },
  };
}
