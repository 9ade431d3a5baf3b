import { backoffMs } from '@mdns-ambassador/relay/backoff';
import type { FeedChannel, OpenFeed } from '../feed/feed-channel.ts';
import {
  decodeFeedMessage,
  encodeFeedDoubt,
  encodeFeedRequest,
  type FeedEndpoint,
  type FeedMessage,
  MAX_FEED_ENDPOINTS,
  SILENCE_MS,
} from '../feed/feed-message.ts';
import type { Endpoint } from '../pool/endpoint.ts';
import type { Update } from '../pool/update.ts';
import type { InstanceFilter } from './instance-filter.ts';
import type { Source, SourceTools } from './source.ts';
import { HealthReport } from './source-health.ts';
import { VerifyLimit } from './verify-limit.ts';

export interface AgentSourceOptions extends InstanceFilter, SourceTools {
  readonly service: string;
  /** Of the agent's socket. */
  readonly path: string;
  readonly open: OpenFeed;
  /** An agent checks no signatures: with a mesh nobody is given up at its word, for anybody can say goodbye for a member. */
  readonly isHearsay?: boolean;
}

type FeedLoss = FeedMessage & { readonly kind: 'remove' | 'gone' };

const RETRY = { firstMs: 250, maxMs: 10_000 };
/** An agent that is restarted is back by then, and nothing need look stale. */
const PATIENCE_MS = 2_000;

type FeedLink =
  | { readonly kind: 'new' }
  | { readonly kind: 'open'; readonly channel: FeedChannel }
  /** Between two attempts. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'closed' };

/**
 * What an `ambassador agent` on this host sees, read from its socket. While the agent is away it is tried again with growing
 * waits, and what it told last is kept, as stale.
 */
export function createAgentSource(options: AgentSourceOptions): Source {
  return new AgentSource(options);
}

class AgentSource implements Source {
  readonly name: string;
  readonly #options: AgentSourceOptions;
  readonly #verifyLimit = new VerifyLimit();
  readonly #health: HealthReport;
  /** What was told, by the agent's ids. Bounded by {@link MAX_FEED_ENDPOINTS}. */
  readonly #known = new Map<string, Endpoint>();
  #onUpdate: ((update: Update) => void) | undefined;
  #link: FeedLink = { kind: 'new' };
  #failures = 0;
  #hasSnapshot = false;
  #cancelRetry = (): void => undefined;
  #cancelSilence = (): void => undefined;
  #cancelPatience: (() => void) | undefined;

  constructor(options: AgentSourceOptions) {
    this.#options = options;
    this.name = `agent:${options.path}`;
    this.#health = new HealthReport(this.name, options.onHealth);
  }

  async start(onUpdate: (update: Update) => void): Promise<void> {
    if (this.#link.kind !== 'new') return;
    this.#onUpdate = onUpdate;
    this.#connect();
  }

  verify(id: string): void {
    const feedId = id.slice(this.name.length + 1);
    if (this.#link.kind !== 'open' || !this.#known.has(feedId) || this.#nameId(feedId) !== id) return;
    if (this.#verifyLimit.admit(id, this.#options.clock.now())) {
      this.#link.channel.send(encodeFeedDoubt({ verify: feedId }));
    }
  }

  async close(): Promise<void> {
    const link = this.#link;
    this.#link = { kind: 'closed' };
    this.#cancelRetry();
    this.#cancelSilence();
    this.#cancelPatience?.();
    if (link.kind === 'open') link.channel.close();
  }

  #connect(): void {
    const { service, instance, where = [], path, open } = this.#options;
    const request = encodeFeedRequest({ service, where, ...(instance === undefined ? {} : { instance }) });
    const channel = open(path, {
      opened: () => channel.send(request),
      line: (text) => this.#take(text),
      ended: (reason) => this.#hangUp(reason),
    });
    this.#link = { kind: 'open', channel };
    this.#watchSilence();
  }

  #watchSilence(): void {
    this.#cancelSilence();
    this.#cancelSilence = this.#options.clock.after(SILENCE_MS, () => this.#drop('the agent says nothing any more'));
  }

  #drop(reason: string): void {
    if (this.#link.kind !== 'open') return;
    this.#link.channel.close();
    this.#hangUp(reason);
  }

  #hangUp(reason: string): void {
    if (this.#link.kind !== 'open') return;
    this.#link = { kind: 'waiting' };
    this.#cancelSilence();
    this.#failures += 1;
    const { clock, random } = this.#options;
    this.#cancelRetry = clock.after(backoffMs(this.#failures, RETRY, random), () => this.#connect());
    this.#cancelPatience ??= clock.after(PATIENCE_MS, () => this.#growStale());
    this.#health.tell({ kind: 'failing', source: this.name, reason });
  }

  #growStale(): void {
    if (this.#known.size === 0) return;
    this.#tell({ kind: 'gone', ids: this.#listIds(this.#known.keys()), reason: 'the agent is not there' });
    this.#known.clear();
  }

  #take(line: string): void {
    if (this.#link.kind !== 'open') return;
    const message = decodeFeedMessage(line);
    if (message === undefined) {
      this.#drop('the agent speaks another version of the feed');
      return;
    }
    this.#watchSilence();
    switch (message.kind) {
      case 'snapshot':
        this.#takeSnapshot(message.endpoints);
        return;
      case 'add': {
        const endpoints = this.#learn(message.endpoints);
        if (endpoints.length > 0) this.#tell({ kind: 'add', endpoints });
        this.#tellWorking();
        return;
      }
      case 'remove':
      case 'gone':
        this.#forget(message);
        return;
      case 'beat':
        return;
      case 'refused':
        this.#drop(`the agent refused: ${message.reason}`);
        return;
      default:
        message satisfies never;
    }
  }

  /** Who is `gone` may be removed later, when he is known no more. */
  #forget({ kind, ids, reason }: FeedLoss): void {
    const lost = ids.filter((id) => this.#known.delete(id) || kind === 'remove');
    if (lost.length === 0) return;
    const isBelieved = this.#options.isHearsay !== true;
    const told = { ids: this.#listIds(lost), ...(reason === undefined ? {} : { reason }) };
    this.#tell({ ...told, kind: isBelieved ? kind : 'gone' });
  }

  /** An agent that has just started has not heard of everybody yet: who is missing may still answer. */
  #takeSnapshot(told: readonly FeedEndpoint[]): void {
    this.#failures = 0;
    this.#cancelPatience?.();
    this.#cancelPatience = undefined;
    const present = new Set(told.map(({ id }) => id));
    const missing = [...this.#known.keys()].filter((id) => !present.has(id));
    for (const id of missing) this.#known.delete(id);
    const endpoints = this.#learn(told);
    if (!this.#hasSnapshot) {
      this.#hasSnapshot = true;
      this.#tell({ kind: 'reset', endpoints });
    } else {
      if (endpoints.length > 0) this.#tell({ kind: 'add', endpoints });
      if (missing.length > 0) {
        this.#tell({ kind: 'gone', ids: this.#listIds(missing), reason: 'not heard of by the agent' });
      }
    }
    this.#tellWorking();
  }

  #learn(told: readonly FeedEndpoint[]): readonly Endpoint[] {
    return told.flatMap((endpoint) => {
      if (!this.#known.has(endpoint.id) && this.#known.size >= MAX_FEED_ENDPOINTS) return [];
      const learnt: Endpoint = {
        ...endpoint,
        id: this.#nameId(endpoint.id),
        service: this.#options.service,
        source: this.name,
      };
      this.#known.set(endpoint.id, learnt);
      return [learnt];
    });
  }

  #nameId(feedId: string): string {
    return `${this.name}/${feedId}`;
  }

  #listIds(feedIds: Iterable<string>): readonly string[] {
    return [...feedIds].map((id) => this.#nameId(id));
  }

  #tell(update: Update): void {
    this.#onUpdate?.(update);
  }

  #tellWorking(): void {
    this.#health.tell({ kind: 'working', source: this.name });
  }
}
