import type { ServiceOptions } from '@mdns-ambassador/mdns';
import { toError } from '@mdns-ambassador/relay';
import { Bonjour } from 'bonjour-service';

/** How long the library may take to open its socket, or to send a goodbye. */
const PATIENCE_MS = 2_000;

/** What goes wrong in the library; never thrown. */
export type TellBonjourError = (error: Error) => void;

/**
 * One `Bonjour` of the library bonjour-service with one service at most. A second service would be taken down with the first, a
 * socket error that nobody listens to ends the process, and a change of a service is not told to anybody.
 */
export class BonjourInstance {
  readonly #bonjour: Bonjour;
  readonly #ready: Promise<void>;
  #isClosed = false;

  /** `address`: IPv4, of the interface that it sends on. */
  constructor(address: string, tellError: TellBonjourError) {
    const report = (error: unknown): void => {
      if (!this.#isClosed) tellError(toError(error));
    };
    // They are handed on to multicast-dns; the declared type knows a service's options only.
    const transport: object = { interface: address, bind: '0.0.0.0' };
    this.#bonjour = new Bonjour(transport, report);
    const socket = readSocket(this.#bonjour);
    this.#ready = new Promise((resolve) => {
      socket.on('ready', () => resolve());
      socket.on('error', report);
      socket.on('warning', report);
    });
  }

  /** Resolves when the socket is open; does not where it is refused. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Resolves when it was announced first; `host` is not the machine's own name, which another responder claims. Without a probe: who loses one in this library says goodbye for the winner. */
  async publish(service: ServiceOptions, host: string): Promise<void> {
    await this.#ready;
    if (this.#isClosed) return;
    const [, type = '', protocol = 'tcp'] = /^_(.+)\._(tcp|udp)$/i.exec(service.type) ?? [];
    const published = this.#bonjour.publish({
      name: service.name,
      type,
      protocol: protocol.toLowerCase() === 'udp' ? 'udp' : 'tcp',
      port: service.port,
      host,
      subtypes: [...(service.subtypes ?? [])],
      txt: Object.fromEntries([...(service.txt ?? [])].map(([key, value]) => [key, decodeValue(value)])),
      probe: false,
      disableIPv6: true,
    });
    await new Promise<void>((resolve) => published.once('up', () => resolve()));
  }

  /** Goodbye, and only then the end of the socket. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    await withPatience((done) => this.#bonjour.unpublishAll(() => done()));
    this.#isClosed = true;
    await withPatience((done) => this.#bonjour.destroy(() => done()));
  }
}

/** The library publishes `KEY=VALUE` in UTF-8 and nothing else: a key without a value gets an empty one. */
function decodeValue(value: Uint8Array | true): string {
  return value === true ? '' : new TextDecoder().decode(value);
}

interface Socket {
  on(event: 'ready' | 'error' | 'warning', listener: (error?: unknown) => void): void;
}

/** The library hands out neither its multicast-dns nor that one's errors. */
function readSocket(bonjour: Bonjour): Socket {
  const { server } = bonjour as unknown as { readonly server: { readonly mdns: Socket } };
  return server.mdns;
}

async function withPatience(run: (done: () => void) => void): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    run(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
