import { type Clock, errorMessage } from '@mdns-ambassador/relay';
import { MAX_ENTRIES } from '../registry.ts';
import { Authentication, type LoginOutcome } from './authentication.ts';
import { JsonLines, parseJson } from './json-lines.ts';
import {
  encodeKey,
  encodeRangeEnd,
  type RangeAnswer,
  readKeepAlive,
  readLease,
  readRange,
  readToken,
  readWatchMessage,
  type WatchMessage,
} from './message.ts';
import { type Deed, describeRefusal, type EtcdRefusal, readRefusal, readRefusalWords } from './refusal.ts';
import type { EtcdTransport } from './transport.ts';

/** A member without a leader answers after this, or not at all. */
const ANSWER_LIMIT_MS = 4_000;

export interface EtcdClientOptions {
  readonly transport: EtcdTransport;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** `USER:PASSWORD`, asked for at each login. Absent: nobody in particular asks. */
  readonly login?: (() => string) | undefined;
}

type EtcdOutcome =
  | { readonly kind: 'document'; readonly document: unknown }
  | { readonly kind: 'refused'; readonly refusal: EtcdRefusal };

/** etcd's requests over its JSON gateway. Each rejects with a sentence, within four seconds where nobody answers. */
export class EtcdClient {
  readonly #transport: EtcdTransport;
  readonly #clock: Clock;
  readonly #authentication: Authentication | undefined;

  constructor({ transport, clock, random, login }: EtcdClientOptions) {
    this.#transport = transport;
    this.#clock = clock;
    if (login !== undefined)
      this.#authentication = new Authentication({ logIn: async () => this.#logIn(login()), clock, random });
  }

  /** Every key that begins with `prefix`, which ends in `/`; at most {@link MAX_ENTRIES}. */
  async range(prefix: string, signal: AbortSignal): Promise<RangeAnswer> {
    const body = { key: encodeKey(prefix), range_end: encodeRangeEnd(prefix), limit: String(MAX_ENTRIES) };
    return readRange(await this.#ask('/v3/kv/range', body, signal, { right: 'read', place: prefix }));
  }

  /** Whether this key is there. */
  async isThere(key: string, signal: AbortSignal): Promise<boolean> {
    const answer = await this.#ask('/v3/kv/range', { key: encodeKey(key) }, signal, { right: 'read', place: key });
    return readRange(answer).entries.length > 0;
  }

  /** Calls `onMessage` with what happened from this revision on, until the watch ends; then it resolves or rejects. */
  async watch(
    prefix: string,
    from: bigint,
    onMessage: (message: WatchMessage) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const token = await this.#authentication?.token();
    const lines = new JsonLines((document) => onMessage(this.#explain(readWatchMessage(document), prefix, token)));
    const create_request = {
      key: encodeKey(prefix),
      range_end: encodeRangeEnd(prefix),
      start_revision: String(from),
    };
    await this.#transport.stream('/v3/watch', { create_request }, (text) => lines.push(text), signal, token);
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
    const body = { key: encodeKey(key), value: encodeKey(value), lease };
    await this.#ask('/v3/kv/put', body, signal, { right: 'write', place: key });
  }

  async remove(key: string, signal: AbortSignal): Promise<void> {
    await this.#ask('/v3/kv/deleterange', { key: encodeKey(key) }, signal, { right: 'write', place: key });
  }

  async #ask(path: string, body: object, signal: AbortSignal, deed?: Deed): Promise<unknown> {
    const token = await this.#authentication?.token();
    let answer = await this.#send(path, body, signal, token);
    if (this.#authentication !== undefined && answer.kind === 'refused' && isUnknown(answer.refusal)) {
      this.#authentication.forget(token);
      answer = await this.#send(path, body, signal, await this.#authentication.token());
    }
    if (answer.kind === 'refused') throw new Error(describeRefusal(answer.refusal, deed));
    return answer.document;
  }

  async #send(path: string, body: object, signal: AbortSignal | undefined, token?: string): Promise<EtcdOutcome> {
    const limit = new AbortController();
    const cancel = this.#clock.after(ANSWER_LIMIT_MS, () =>
      limit.abort(new Error(`no answer within ${ANSWER_LIMIT_MS} ms`)),
    );
    try {
      const either = signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]);
      const answer = await this.#transport.ask(path, body, either, token);
      const document = parseJson(answer.body);
      return answer.status === 200
        ? { kind: 'document', document }
        : { kind: 'refused', refusal: readRefusal(document) };
    } catch (error) {
      throw limit.signal.aborted ? new Error(errorMessage(limit.signal.reason), { cause: error }) : error;
    } finally {
      cancel();
    }
  }

  /** Not bound to who asks first: others wait for it, too. Words that hold the password are not repeated. */
  async #logIn(login: string): Promise<LoginOutcome> {
    const colon = login.indexOf(':');
    const [name, password] = [login.slice(0, colon), login.slice(colon + 1)];
    const answer = await this.#send('/v3/auth/authenticate', { name, password }, undefined);
    if (answer.kind === 'document') return { kind: 'accepted', token: readToken(answer.document) };
    const { kind, reason } = answer.refusal;
    if (kind === 'no-authentication') return { kind: 'accepted', token: undefined };
    const told = new Error(describeRefusal(answer.refusal, undefined));
    if (kind === 'wrong-login') return { kind: 'refused', error: told };
    throw reason.includes(password) ? new Error('etcd refuses this login') : told;
  }

  /** etcd 3.4 ends a watch whose token is stale with the words for a missing right. */
  #explain(message: WatchMessage, prefix: string, token: string | undefined): WatchMessage {
    if (message.kind !== 'ended') return message;
    const refusal = readRefusalWords(message.reason);
    if (isUnknown(refusal) || refusal.kind === 'no-right') this.#authentication?.forget(token);
    if (refusal.kind === 'other') return message;
    return { kind: 'ended', reason: describeRefusal(refusal, { right: 'read', place: prefix }) };
  }
}

/** Whether a login may help. */
function isUnknown({ kind }: EtcdRefusal): boolean {
  return kind === 'stale-token' || kind === 'no-user';
}
