import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import {
  type Clock,
  isLoopback,
  type Listener,
  listen,
  refuseToListen,
  surface,
  type Target,
} from '@mdns-ambassador/relay';
import { createCounters, type DnsCounters, type MutableCounters } from './counters.ts';
import { type Answer, type Asker, answerQuery } from './rules/answer.ts';
import type { Zone } from './rules/zone.ts';
import { serveTcp } from './tcp-session.ts';

/** Resolvers of this machine have one or two; the rest is told to come again by having its connection closed. */
const MOST_CONNECTIONS = 64;

export type DnsPlace = Target & { readonly kind: 'tcp' };

export interface DnsServerOptions {
  /** UDP and TCP; port 0 is another one for each. */
  readonly at: readonly DnsPlace[];
  /** The zone as it is now, for who is on this machine and for others. */
  readonly zone: (asker: Asker) => Zone;
  readonly clock: Clock;
}

export interface StartedDnsServer {
  /** What is really bound. */
  readonly addresses: readonly DnsPlace[];
  readonly counters: DnsCounters;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Answers for one zone. Rejects with a RelayError that names the address, nothing left open, where it can't listen. */
export async function startDnsServer(options: DnsServerOptions): Promise<StartedDnsServer> {
  const server = new OpenServer(options);
  try {
    for (const place of options.at) await server.open(place);
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

class OpenServer implements StartedDnsServer {
  readonly addresses: DnsPlace[] = [];
  readonly counters: MutableCounters = createCounters();
  readonly #options: DnsServerOptions;
  readonly #datagrams: UdpSocket[] = [];
  readonly #listeners: Listener[] = [];
  readonly #connections = new Set<Socket>();
  #closed: Promise<void> | undefined;

  constructor(options: DnsServerOptions) {
    this.#options = options;
  }

  async open(place: DnsPlace): Promise<void> {
    const socket = await bindDatagrams(place);
    this.#datagrams.push(socket);
    const at = { ...place, port: socket.address().port };
    socket.on('message', (bytes, from) => this.#hear(socket, bytes, from));
    // Of one datagram that could not be sent: nobody waits for it there.
    socket.on('error', () => undefined);
    const listener = await listen({
      at,
      maxConnections: MOST_CONNECTIONS,
      onConnection: (connection) => this.#accept(connection),
      onDrop: () => this.#countRefused(),
    });
    this.#listeners.push(listener);
    this.addresses.push(at);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    await Promise.all([
      ...this.#listeners.map((listener) => listener.stop()),
      ...this.#datagrams.map((socket) => new Promise<void>((resolve) => socket.close(resolve))),
    ]);
    for (const connection of this.#connections) connection.destroy();
  }

  #hear(socket: UdpSocket, bytes: Uint8Array, from: RemoteInfo): void {
    const answer = this.#answer(bytes, { transport: 'udp', isLocal: isLoopback(from.address) });
    if (answer.kind === 'answered' && this.#closed === undefined) {
      socket.send(answer.bytes, from.port, from.address, () => undefined);
    }
  }

  #accept(connection: Socket): void {
    this.#connections.add(connection);
    connection.on('close', () => this.#connections.delete(connection));
    const isLocal = isLoopback(connection.remoteAddress ?? '');
    serveTcp(connection, {
      clock: this.#options.clock,
      answer: (query) => {
        const answer = this.#answer(query, { transport: 'tcp', isLocal });
        return answer.kind === 'answered' ? answer.bytes : undefined;
      },
      onRefused: () => this.#countRefused(),
    });
  }

  /** An error of our own ends this question, and nothing else. */
  #answer(bytes: Uint8Array, asker: Asker): Answer {
    try {
      return this.#count(answerQuery(bytes, this.#options.zone(asker), asker));
    } catch (error) {
      surface(error);
      return { kind: 'dropped' };
    }
  }

  #count(answer: Answer): Answer {
    if (answer.kind === 'dropped') this.counters.dropped += 1;
    else {
      this.counters.answers[answer.code] += 1;
      if (answer.isTruncated) this.counters.truncated += 1;
    }
    return answer;
  }

  #countRefused(): void {
    this.counters.refusedConnections += 1;
  }
}

function bindDatagrams(place: DnsPlace): Promise<UdpSocket> {
  const isIpv6 = place.address.includes(':');
  const socket = createSocket({ type: isIpv6 ? 'udp6' : 'udp4', ipv6Only: isIpv6 });
  return new Promise((resolve, reject) => {
    socket.once('error', (cause) => {
      socket.close();
      reject(refuseToListen(place, cause));
    });
    socket.bind({ address: place.address, port: place.port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
