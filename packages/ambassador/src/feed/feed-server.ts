import { LineReader } from '@mdns-ambassador/peers';
import { type Clock, isLoopback } from '@mdns-ambassador/relay';
import type { Endpoint } from '../pool/endpoint.ts';
import type { Update } from '../pool/update.ts';
import type { Source } from '../sources/source.ts';
import {
  BEAT_MS,
  decodeFeedDoubt,
  decodeFeedRequest,
  encodeFeedMessage,
  type FeedEndpoint,
  type FeedMessage,
  type FeedRequest,
  MAX_FEED_ENDPOINTS,
  MAX_REQUEST_BYTES,
} from './feed-message.ts';

/** Readers at the same time: one for each proxied service on the host, with room. */
export const MAX_FEED_READERS = 256;
/** Who has connected and asked for nothing yet. */
export const MAX_SILENT = 64;
/** How long somebody who connected may say nothing. */
const REQUEST_TIMEOUT_MS = 5_000;
/** A reader that lets this much pile up is hung up on; it comes back for a snapshot. */
const MAX_PILED_BYTES = 4 * 1_048_576;
/** Before the snapshot: what the cache knows is told by then. */
const SNAPSHOT_DELAY_MS = 20;

/** What is used of a socket. */
export interface FeedSocket {
  readonly writableLength: number;
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'error' | 'close' | 'end', listener: () => void): unknown;
  resume(): unknown;
  write(text: string): unknown;
  end(): unknown;
  destroy(): unknown;
}

export type FeedEvent =
  | { readonly kind: 'reader-joined' | 'reader-left'; readonly service: string; readonly readers: number }
  | { readonly kind: 'reader-refused'; readonly reason: string };

/** Since the start. */
export interface FeedCounters {
  /** Readers that asked for a service. */
  readonly accepted: number;
  /** Those that asked for nothing, or for what can't be told, and those that gave way to others. */
  readonly refused: number;
  /** Lines about endpoints that were told. */
  readonly told: number;
  /** Dials that failed, told back. */
  readonly doubts: number;
}

export interface FeedServerOptions {
  /** A source for one reader; the feed starts and closes it. */
  readonly createSource: (request: FeedRequest) => Source;
  readonly clock: Clock;
  /** Readers at the same time; default {@link MAX_FEED_READERS}. */
  readonly places?: number;
  readonly onEvent?: (event: FeedEvent) => void;
}

/**
 * Tells readers on local sockets what is on the network. It reads nothing from them but what they ask for. Everybody who connects is let
 * in: when it is full, the one who has been silent longest leaves for it, or the first of those who ask for what most ask for. Who was a
 * reader keeps what he knows, comes back, and finds the place of another.
 */
export class FeedServer {
  readonly #options: FeedServerOptions;
  readonly #places: number;
  /** Each in the order in which they came: who has not asked, and who has, with the service. */
  readonly #silent = new Set<FeedReader>();
  readonly #readers = new Map<FeedReader, string>();
  readonly #counters: MutableFeedCounters = { accepted: 0, refused: 0, told: 0, doubts: 0 };
  #isClosed = false;

  constructor(options: FeedServerOptions) {
    this.#options = options;
    this.#places = options.places ?? MAX_FEED_READERS;
  }

  get readers(): number {
    return this.#silent.size + this.#readers.size;
  }

  get counters(): FeedCounters {
    return this.#counters;
  }

  /** Takes the socket over. Never throws. */
  serve(socket: FeedSocket): void {
    socket.on('error', () => socket.destroy());
    if (this.#isClosed) {
      socket.destroy();
      return;
    }
    const reader: FeedReader = new FeedReader(socket, this.#options, this.#counters, (change) =>
      this.#follow(reader, change),
    );
    this.#silent.add(reader);
    const [oldest] = this.#silent;
    if (this.#silent.size > MAX_SILENT) oldest?.giveWay();
  }

  /** Hangs up on everybody. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#silent, ...this.#readers.keys()].map((reader) => reader.close()));
  }

  #follow(reader: FeedReader, change: ReaderChange): void {
    const { onEvent } = this.#options;
    switch (change.kind) {
      case 'asked':
        this.#counters.accepted += 1;
        this.#silent.delete(reader);
        this.#readers.set(reader, change.service);
        if (this.#readers.size > this.#places) this.#findFirstOfMost()?.giveWay();
        onEvent?.({ kind: 'reader-joined', service: change.service, readers: this.#readers.size });
        return;
      case 'refused':
        this.#counters.refused += 1;
        onEvent?.({ kind: 'reader-refused', reason: change.reason });
        return;
      case 'over':
        this.#silent.delete(reader);
        this.#readers.delete(reader);
        if (change.service === undefined) return;
        onEvent?.({ kind: 'reader-left', service: change.service, readers: this.#readers.size });
        return;
      default:
        change satisfies never;
    }
  }

  /** The first of those who ask for the service that most ask for; of services that are equal, the first of all. */
  #findFirstOfMost(): FeedReader | undefined {
    const counts = new Map<string, number>();
    for (const service of this.#readers.values()) counts.set(service, (counts.get(service) ?? 0) + 1);
    const most = Math.max(...counts.values());
    for (const [reader, service] of this.#readers) if (counts.get(service) === most) return reader;
    return undefined;
  }
}

type ReaderChange =
  | { readonly kind: 'asked'; readonly service: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'over'; readonly service: string | undefined };

type MutableFeedCounters = { -readonly [Count in keyof FeedCounters]: number };

type ReaderState =
  | { readonly kind: 'silent' }
  /** `known` fills until the snapshot is sent. */
  | { readonly kind: 'asked'; readonly service: string; readonly source: Source; readonly known: Map<string, Endpoint> }
  | { readonly kind: 'told'; readonly service: string; readonly source: Source }
  | { readonly kind: 'over' };

class FeedReader {
  readonly #socket: FeedSocket;
  readonly #options: FeedServerOptions;
  readonly #counted: Pick<MutableFeedCounters, 'told' | 'doubts'>;
  readonly #onChange: (change: ReaderChange) => void;
  readonly #lines = new LineReader(MAX_REQUEST_BYTES);
  #state: ReaderState = { kind: 'silent' };
  #cancel: () => void;

  constructor(
    socket: FeedSocket,
    options: FeedServerOptions,
    counted: Pick<MutableFeedCounters, 'told' | 'doubts'>,
    onChange: (change: ReaderChange) => void,
  ) {
    this.#socket = socket;
    this.#options = options;
    this.#counted = counted;
    this.#onChange = onChange;
    this.#cancel = options.clock.after(REQUEST_TIMEOUT_MS, () => this.#refuse('nothing was asked for in time'));
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('end', () => void this.close());
    socket.on('close', () => void this.close());
    socket.resume();
  }

  /** Another needs the place. */
  giveWay(): void {
    this.#refuse('all its places are taken, and go to who comes');
  }

  async close(): Promise<void> {
    const state = this.#state;
    if (state.kind === 'over') return;
    this.#state = { kind: 'over' };
    this.#cancel();
    this.#socket.destroy();
    this.#onChange({ kind: 'over', service: state.kind === 'silent' ? undefined : state.service });
    if (state.kind !== 'silent') await state.source.close();
  }

  #read(chunk: Uint8Array): void {
    if (this.#state.kind === 'over') return;
    const lines = this.#lines.push(chunk);
    if (lines === undefined) {
      this.#refuse('the request is too long');
      return;
    }
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    switch (this.#state.kind) {
      case 'silent': {
        const request = decodeFeedRequest(line);
        if ('error' in request) this.#refuse(request.error);
        else this.#answer(request);
        return;
      }
      case 'asked':
      case 'told': {
        const doubt = decodeFeedDoubt(line);
        if (doubt === undefined) return;
        this.#counted.doubts += 1;
        this.#state.source.verify(doubt.verify);
        return;
      }
      case 'over':
        return;
      default:
        this.#state satisfies never;
    }
  }

  #refuse(reason: string): void {
    if (this.#state.kind === 'over') return;
    this.#socket.write(encodeFeedMessage({ kind: 'refused', reason }));
    this.#socket.end();
    this.#onChange({ kind: 'refused', reason });
    void this.close();
  }

  #answer(request: FeedRequest): void {
    const { service } = request;
    const source = this.#options.createSource(request);
    this.#cancel();
    this.#state = { kind: 'asked', service, source, known: new Map() };
    this.#onChange({ kind: 'asked', service });
    this.#cancel = this.#options.clock.after(SNAPSHOT_DELAY_MS, () => this.#sendSnapshot());
    source.start((update) => this.#pass(update)).catch(() => this.#refuse('the network can not be read'));
  }

  #sendSnapshot(): void {
    if (this.#state.kind !== 'asked') return;
    const { service, source, known } = this.#state;
    this.#state = { kind: 'told', service, source };
    this.#send({ kind: 'snapshot', endpoints: [...known.values()].flatMap(describe) });
    this.#beat();
  }

  #beat(): void {
    this.#cancel = this.#options.clock.after(BEAT_MS, () => {
      this.#send({ kind: 'beat' });
      if (this.#state.kind === 'told') this.#beat();
    });
  }

  #pass(update: Update): void {
    if (this.#state.kind === 'asked') fold(this.#state.known, update);
    else if (this.#state.kind === 'told') for (const message of translate(update)) this.#send(message);
  }

  #send(message: FeedMessage): void {
    if (message.kind !== 'beat' && message.kind !== 'refused') this.#counted.told += 1;
    this.#socket.write(encodeFeedMessage(message));
    if (this.#socket.writableLength > MAX_PILED_BYTES) void this.close();
  }
}

function fold(known: Map<string, Endpoint>, update: Update): void {
  switch (update.kind) {
    case 'reset':
    case 'add':
      if (update.kind === 'reset') known.clear();
      for (const endpoint of update.endpoints) {
        if (known.has(endpoint.id) || known.size < MAX_FEED_ENDPOINTS) known.set(endpoint.id, endpoint);
      }
      return;
    case 'remove':
    case 'gone':
      for (const id of update.ids) known.delete(id);
      return;
    default:
      update satisfies never;
  }
}

/** An endpoint that no other network namespace could dial is, to the reader, not there. */
function translate(update: Update): readonly FeedMessage[] {
  switch (update.kind) {
    case 'reset':
      return [{ kind: 'snapshot', endpoints: update.endpoints.flatMap(describe) }];
    case 'add': {
      const endpoints = update.endpoints.flatMap(describe);
      const lost = update.endpoints.filter((endpoint) => describe(endpoint).length === 0).map(({ id }) => id);
      return [
        ...(endpoints.length === 0 ? [] : [{ kind: 'add', endpoints } as const]),
        ...(lost.length === 0 ? [] : [{ kind: 'remove', ids: lost, reason: 'has no address for others' } as const]),
      ];
    }
    case 'remove':
    case 'gone':
      return [update];
    default:
      return update satisfies never;
  }
}

/** Loopback and addresses with a zone mean something else in a container. */
function describe({ service: _, source: __, ...endpoint }: Endpoint): readonly FeedEndpoint[] {
  const addresses = endpoint.addresses.filter((address) => !address.includes('%') && !isLoopback(address));
  return addresses.length === 0 ? [] : [{ ...endpoint, addresses }];
}
