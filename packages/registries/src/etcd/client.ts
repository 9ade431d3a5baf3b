import { type Clock, errorMessage } from '@mdns-ambassador/relay';
import { MAX_ENTRIES } from '../registry.ts';
import { JsonLines, parseJson } from './json-lines.ts';
import {
  describeFailure,
  encodeKey,
  encodeRangeEnd,
  type RangeAnswer,
  readKeepAlive,
  readLease,
  readRange,
  readWatchMessage,
  type WatchMessage,
} from './message.ts';
import type { EtcdTransport } from './transport.ts';

/** A member without a leader answers after this, or not at all. */
const ANSWER_LIMIT_MS = 4_000;

/** etcd's requests over its JSON gateway. Each rejects with a sentence, within four seconds where nobody answers. */
export class EtcdClient {
  readonly #transport: EtcdTransport;
  readonly #clock: Clock;

  constructor(transport: EtcdTransport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  /** Every key that begins with `prefix`, which ends in `/`; at most {@link MAX_ENTRIES}. */
  async range(prefix: string, signal: AbortSignal): Promise<RangeAnswer> {
    const body = { key: encodeKey(prefix), range_end: encodeRangeEnd(prefix), limit: String(MAX_ENTRIES) };
    return readRange(await this.#ask('/v3/kv/range', body, signal));
  }

  /** Whether this key is there. */
  async isThere(key: string, signal: AbortSignal): Promise<boolean> {
    return readRange(await this.#ask('/v3/kv/range', { key: encodeKey(key) }, signal)).entries.length > 0;
  }

  /** Calls `onMessage` with what happened from this revision on, until the watch ends; then it resolves or rejects. */
  async watch(
    prefix: string,
    from: bigint,
    onMessage: (message: WatchMessage) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const lines = new JsonLines((document) => onMessage(readWatchMessage(document)));
    const create_request = {
      key: encodeKey(prefix),
      range_end: encodeRangeEnd(prefix),
      start_revision: String(from),
    };
    await this.#transport.stream('/v3/watch', { create_request }, (text) => lines.push(text), signal);
  }

  /** A new lease's id. */
  async grant(ttlSeconds: number, signal: AbortSignal): Promise<{ readonly id: string; readonly ttlSeconds: number }> {
    return readLease(await this.#ask('/v3/lease/grant', { TTL: String(ttlSeconds) }, signal));
  }

  /** Whether the lease is still there; its time begins anew. */
  async keepAlive(id: string, signal: AbortSignal): Promise<boolean> {
    return readKeepAlive(await this.#ask('/v3/lease/keepalive', { ID: id }, signal)) > 0;
  }

  async revoke(id: string, signal: AbortSignal): Promise<void> {
    await this.#ask('/v3/lease/revoke', { ID: id }, signal);
  }

  async put(key: string, value: string, lease: string, signal: AbortSignal): Promise<void> {
    await this.#ask('/v3/kv/put', { key: encodeKey(key), value: encodeKey(value), lease }, signal);
  }

  async remove(key: string, signal: AbortSignal): Promise<void> {
    await this.#ask('/v3/kv/deleterange', { key: encodeKey(key) }, signal);
  }

  async #ask(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    const limit = new AbortController();
    const cancel = this.#clock.after(ANSWER_LIMIT_MS, () =>
      limit.abort(new Error(`no answer within ${ANSWER_LIMIT_MS} ms`)),
    );
    try {
      const answer = await this.#transport.ask(path, body, AbortSignal.any([signal, limit.signal]));
      const document = parseJson(answer.body);
      if (answer.status !== 200) throw new Error(`etcd refuses (${describeFailure(document)})`);
      return document;
    } catch (error) {
      throw limit.signal.aborted ? new Error(errorMessage(limit.signal.reason), { cause: error }) : error;
    } finally {
      cancel();
    }
  }
}
