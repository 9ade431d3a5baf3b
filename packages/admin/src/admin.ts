import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '@mdns-ambassador/relay';
import { type AdminPages, type AdminRequest, answerRequest } from './answer.ts';
import { drawDashboard } from './dashboard.ts';
import { EndpointSelection } from './endpoint-series.ts';
import { EventStream } from './event-stream.ts';
import { listTargets } from './http-sd.ts';
import { type LanSurroundings, LanWatch } from './lan/lan-watch.ts';
import { chooseFormat, formatMetrics } from './metrics-text.ts';
import { stringifyPrintably } from './printable.ts';
import type { ProcessMetrics } from './process-metrics.ts';
import { listUnready } from './readiness.ts';
import type { RecentEvents } from './recent-events.ts';
import type { Snapshot } from './snapshot.ts';
import { describeSnapshot } from './snapshot-metrics.ts';
import { buildStatus, type ProcessView, type Status } from './status.ts';

/** Connections at the same time, those who follow the events included. */
export const MAX_ADMIN_CONNECTIONS = 64;
const MAX_HEADER_BYTES = 8192;
/** How long a client may take to say what it wants, and then to read the answer. */
export const REQUEST_TIMEOUT_MS = 5000;
export const ANSWER_TIMEOUT_MS = 10_000;

export interface AdminOptions {
  /** The process that is looked at. */
  readonly process: ProcessView;
  /** When it started, by the clock. */
  readonly startedAt: number;
  /** Asked on each request that shows something. */
  readonly snapshot: () => Snapshot;
  /** What happened of late; who follows the events is told of what is added. */
  readonly events: RecentEvents;
  readonly lan: LanSurroundings;
  readonly clock: Clock;
}

/** HTTP for whoever is on this machine: health, metrics, status, events, dashboard (CONTRACT 3). It does not listen itself. */
export interface Admin {
  /** Serves one client on a connection that was accepted elsewhere; one request each. */
  serve(connection: Duplex): void;
  /** Loads what the first scrape needs, so that it is like the others; nothing is measured for it. */
  prepare(): Promise<void>;
  /** Ends every connection. Nothing is served after it. Idempotent. */
  close(): void;
}

export function createAdmin(options: AdminOptions): Admin {
  return new HttpAdmin(options);
}

class HttpAdmin implements Admin {
  readonly #options: AdminOptions;
  readonly #endpoints = new EndpointSelection();
  /** Measuring begins with the first who wants to know. */
  #ownMetrics: Promise<ProcessMetrics> | undefined;
  readonly #stream: EventStream;
  readonly #unfollow: () => void;
  readonly #lanStream: EventStream;
  readonly #lan: LanWatch;
  /** In the order in which they came, each with what cancels its deadline. */
  readonly #connections = new Map<Duplex, () => void>();
  /** Who has not said yet what he wants. */
  readonly #asking = new Set<Duplex>();
  readonly #following = new Set<Duplex>();
  /** It parses; the connections are handed to it. */
  readonly #server: Server;
  readonly #pages: AdminPages;
  #isClosed = false;

  constructor(options: AdminOptions) {
    this.#options = options;
    const { clock, snapshot, lan, events } = options;
    this.#stream = new EventStream(clock);
    this.#lanStream = new EventStream(clock, true);
    this.#lan = new LanWatch({
      surroundings: lan,
      snapshot,
      clock,
      events,
      onPicture: (picture) => this.#lanStream.publish({ event: 'lan', ...picture }),
    });
    this.#unfollow = events.follow(({ event }) => this.#stream.publish(event));
    this.#server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => fail(response, error));
    });
    this.#server.maxRequestsPerSocket = 1;
    this.#pages = this.#createPages();
  }

  serve(connection: Duplex): void {
    if (this.#isClosed || connection.destroyed) {
      connection.destroy();
      return;
    }
    connection.once('close', () => this.#forget(connection));
    this.#asking.add(connection);
    this.#setDeadline(connection, REQUEST_TIMEOUT_MS);
    if (this.#connections.size > MAX_ADMIN_CONNECTIONS) this.#makeRoomFor(connection);
    this.#server.emit('connection', connection);
    connection.resume();
  }

  async prepare(): Promise<void> {
    await import('./process-metrics.ts');
  }

  close(): void {
    this.#isClosed = true;
    this.#unfollow();
    this.#stream.close();
    this.#lanStream.close();
    this.#lan.close();
    for (const connection of [...this.#connections.keys()]) connection.destroy();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    this.#asking.delete(socket);
    response.on('error', () => socket.destroy());
    const answer = await answerRequest(readRequest(request), this.#pages);
    if (socket.destroyed) return;
    const isHead = request.method === 'HEAD';
    if (answer.kind === 'text' || isHead) {
      this.#setDeadline(socket, ANSWER_TIMEOUT_MS);
      const { headers } = answer;
      const body = answer.kind === 'text' ? answer.body : '';
      response.writeHead(answer.kind === 'text' ? answer.status : 200, {
        ...headers,
        'Content-Length': Buffer.byteLength(body),
      });
      response.end(isHead ? undefined : body);
      return;
    }
    this.#clearDeadline(socket);
    this.#following.add(socket);
    response.writeHead(200, answer.headers);
    if (answer.what === 'events') {
      this.#stream.add(response, { event: 'status', ...this.#status() });
      return;
    }
    const unfollow = this.#lan.follow();
    response.once('close', unfollow);
    this.#lanStream.add(response, { event: 'lan', ...this.#lan.ask() });
  }

  #createPages(): AdminPages {
    const { snapshot, process } = this.#options;
    return {
      unready: () => listUnready(snapshot()),
      metrics: async (accept) => {
        this.#ownMetrics ??= import('./process-metrics.ts').then((module) => new module.ProcessMetrics());
        const own = await (await this.#ownMetrics).list();
        return formatMetrics(
          [...describeSnapshot(snapshot(), process.version, this.#endpoints), ...own],
          chooseFormat(accept),
        );
      },
      status: () => `${stringifyPrintably(this.#status())}\n`,
      targets: (services) => `${stringifyPrintably(listTargets(snapshot(), services))}\n`,
      dashboard: () =>
        drawDashboard({ status: this.#status(), unready: listUnready(snapshot()), lan: this.#lan.ask() }),
      lan: () => `${stringifyPrintably(this.#lan.ask())}\n`,
      known: () => `${stringifyPrintably(this.#lan.known())}\n`,
      shown: () => `${stringifyPrintably(this.#lan.self())}\n`,
      canFollow: (what) => !(what === 'events' ? this.#stream : this.#lanStream).isFull,
    };
  }

  #status(): Status {
    const { snapshot, process, startedAt, clock } = this.#options;
    return buildStatus(snapshot(), process, clock.now() - startedAt);
  }

  #setDeadline(connection: Duplex, delayMs: number): void {
    this.#clearDeadline(connection);
    this.#connections.set(
      connection,
      this.#options.clock.after(delayMs, () => connection.destroy()),
    );
  }

  #clearDeadline(connection: Duplex): void {
    this.#connections.get(connection)?.();
    this.#connections.set(connection, () => undefined);
  }

  /** Whoever holds connections, one who comes is heard: the one leaves who is slowest to ask, or to read. */
  #makeRoomFor(newcomer: Duplex): void {
    const others = [...this.#connections.keys()].filter((other) => other !== newcomer && !this.#following.has(other));
    const leaving = others.find((other) => this.#asking.has(other)) ?? others[0];
    if (leaving === undefined) return;
    this.#forget(leaving);
    leaving.destroy();
  }

  #forget(connection: Duplex): void {
    this.#asking.delete(connection);
    this.#following.delete(connection);
    this.#connections.get(connection)?.();
    this.#connections.delete(connection);
  }
}

/** What can't be shown must not end the process whose health is asked for. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { Connection: 'close', 'Content-Type': 'text/plain' }).end(`${String(error)}\n`);
}

function readRequest(request: IncomingMessage): AdminRequest {
  const { headers, headersDistinct, method = '', url = '' } = request;
  return {
    method,
    target: url,
    hosts: headersDistinct.host ?? [],
    origin: headers.origin,
    accept: headers.accept,
    fetchSite: readFirst(headers['sec-fetch-site']),
    fetchDestination: readFirst(headers['sec-fetch-dest']),
    localPort: request.socket.localPort,
    hasBody: headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0,
  };
}

function readFirst(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
