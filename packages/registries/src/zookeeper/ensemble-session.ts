import { type Clock, errorMessage, formatPlace } from '@mdns-ambassador/relay';
import { backoffMs } from '@mdns-ambassador/relay/backoff';
import { RETRY } from '../retry.ts';
import { limitTime } from '../time-limit.ts';
import { FrameReader } from './frame.ts';
import type { JuteReader } from './jute.ts';
import type { OpenZooKeeperLink, ZooKeeperLink } from './link.ts';
import {
  describeCode,
  encodeDigest,
  encodePing,
  encodeRequest,
  encodeSessionRequest,
  NO_NODE,
  NO_SESSION,
  NODE_EXISTS,
  type NodeValue,
  OK,
  readNodeValue,
  readReply,
  readSessionGrant,
  SASL_REQUIRED,
  type SessionTicket,
  type ZooKeeperReply,
  type ZooKeeperRequest,
} from './message.ts';
import type { ZooKeeperServer } from './server.ts';
import type { OpenSession, SessionEvent, ZooKeeperSession } from './session.ts';
import { openSystemLink } from './system-link.ts';
import { Watches } from './watches.ts';

export interface EnsembleOptions {
  /** At least one. */
  readonly servers: readonly ZooKeeperServer[];
  /** What is asked for; the ensemble decides. */
  readonly sessionTimeoutMs: number;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /**
   * `USER:PASSWORD` for a digest login, asked for at each connection: what is written then is that user's, and everybody's to read.
   * Default: no login, open to all.
   */
  readonly login?: (() => string) | undefined;
  /** Default: TCP over this machine's network. */
  readonly openLink?: OpenZooKeeperLink;
}

/** Connecting, and the answer that makes a connection a session's. */
const CONNECT_LIMIT_MS = 4_000;
/** A change of a node's owner is tried this often. */
const WRITE_ATTEMPTS = 3;
/** Who closes waits this long for the ensemble to hear of it. */
const CLOSE_LIMIT_MS = 1_500;
/** A folder that is there and can't be listed is asked for this often: it may come and go. */
const LIST_ATTEMPTS = 3;
/** An ensemble that grants less than this would have us do nothing but ask whether it is there. */
const SHORTEST_SESSION_MS = 600;
/** Nodes that are watched over one connection: several folders, full. */
const MAX_WATCHED_NODES = 16_384;
/** Who was not answered for this many times a session's time has none any more, whatever a server without its memory says. */
const SESSION_TIMES = 2;
/** Request numbers are positive and 32 bits long. */
const MAX_XID = 0x7fff_ffff;

/** A request without its answer. */
interface PendingRequest {
  readonly xid: number;
  readonly path: string;
  /** Called before the next reply is looked at. */
  readonly take: (code: number, body: JuteReader) => void;
  readonly fail: (error: Error) => void;
}

type EnsembleState =
  /** Between two attempts. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'connecting'; readonly link: ZooKeeperLink }
  | { readonly kind: 'connected'; readonly link: ZooKeeperLink }
  | { readonly kind: 'over' };

/** Sessions with an ensemble: one connection at a time, to whichever server answers. */
export function createEnsembleSessions(options: EnsembleOptions): OpenSession {
  return (onEvent) => new EnsembleSession(options, onEvent);
}

class EnsembleSession implements ZooKeeperSession {
  readonly #options: EnsembleOptions;
  readonly #onEvent: (event: SessionEvent) => void;
  readonly #watches = new Watches();
  /** The oldest first: a server answers in order. */
  readonly #pending: PendingRequest[] = [];
  #state: EnsembleState = { kind: 'waiting' };
  #ticket: SessionTicket = NO_SESSION;
  #lastZxid = 0n;
  #timeoutMs: number;
  #xid = 0;
  #nextServer: number;
  /** Since a connection held. */
  #attempts = 0;
  /** When the session's connection was lost; undefined while it has one. */
  #lostAt: number | undefined;
  /** The one that is spoken with: HOST:PORT. */
  #server = '';
  #cancelTimer: () => void = () => undefined;
  #takePong: () => void = () => undefined;
  #closing: Promise<void> | undefined;

  constructor(options: EnsembleOptions, onEvent: (event: SessionEvent) => void) {
    this.#options = options;
    this.#onEvent = onEvent;
    this.#timeoutMs = options.sessionTimeoutMs;
    this.#nextServer = Math.floor(options.random() * options.servers.length);
    this.#connectSoon();
  }

  async listChildren(path: string, onChange: (path: string) => void): Promise<readonly string[] | undefined> {
    for (let attempt = 1; attempt <= LIST_ATTEMPTS; attempt++) {
      const children = await this.#ask({ kind: 'list', path }, (body) => {
        const names = body.texts();
        this.#watches.addChildren(path, onChange);
        return names;
      });
      if (children !== undefined) return children;
      const isThere = await this.#look(path, onChange);
      if (!isThere) return undefined;
    }
    throw new Error(`${path} is there and is not`);
  }

  async readNode(path: string, onChange: (path: string) => void): Promise<Uint8Array | undefined> {
    return (await this.#read(path, onChange))?.value;
  }

  async makeFolder(path: string): Promise<void> {
    const parts = path.split('/');
    let there = parts.length;
    // From below: who may write in a folder need not have rights above it.
    while (there > 1 && !(await this.#look(parts.slice(0, there).join('/')))) there -= 1;
    for (let length = there + 1; length <= parts.length; length++) {
      const missing = parts.slice(0, length).join('/');
      await this.#create({ kind: 'create', path: missing, value: new Uint8Array(), isEphemeral: false });
    }
  }

  async writeEphemeral(path: string, value: Uint8Array, onChange: (path: string) => void): Promise<void> {
    for (let attempt = 1; attempt <= WRITE_ATTEMPTS; attempt++) {
      const found = await this.#read(path, onChange);
      const isOwn = found?.owner === this.#ticket.id;
      if (isOwn && found.value.equals(value)) return;
      if (isOwn) await this.#ask({ kind: 'set', path, value }, () => true);
      else {
        if (found !== undefined) await this.removeNode(path);
        await this.#create({ kind: 'create', path, value, isEphemeral: true });
      }
    }
    throw new Error(`${path} is written by somebody else, too`);
  }

  async removeNode(path: string): Promise<void> {
    await this.#ask({ kind: 'remove', path }, () => true);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#cancelTimer();
    const state = this.#state;
    if (state.kind === 'connected') {
      try {
        const told = new Promise<void>((resolve) => {
          const settle = (): void => resolve();
          this.#request({ kind: 'close' }, settle, settle);
        });
        await limitTime(told, CLOSE_LIMIT_MS, 'no answer', this.#options.clock);
      } catch {
        // Its time runs out by itself.
      }
    }
    this.#finish('it was closed');
  }

  /** For good. */
  #finish(reason: string): void {
    const state = this.#state;
    this.#state = { kind: 'over' };
    this.#cancelTimer();
    if (state.kind === 'connecting' || state.kind === 'connected') state.link.destroy();
    this.#forget(reason);
  }

  async #look(path: string, onChange?: (path: string) => void): Promise<boolean> {
    const request: ZooKeeperRequest = { kind: 'look', path, isWatched: onChange !== undefined };
    // A watch is left whether it is there or not.
    const take = (): true => {
      if (onChange !== undefined) this.#watches.addValue(path, onChange);
      return true;
    };
    return (await this.#ask(request, take, [], take)) !== undefined;
  }

  #read(path: string, onChange: (path: string) => void): Promise<NodeValue | undefined> {
    return this.#ask({ kind: 'read', path, isWatched: true }, (body) => {
      const value = readNodeValue(body);
      this.#watches.addValue(path, onChange);
      if (this.#watches.size > MAX_WATCHED_NODES) this.#drop(': it has too many nodes to watch');
      return value;
    });
  }

  async #create(request: ZooKeeperRequest & { readonly kind: 'create' }): Promise<void> {
    await this.#ask(request, () => true, [NODE_EXISTS]);
  }

  /** Undefined: there is no such node, or one of the `expected` errors came. Rejects with why nothing was answered. */
  async #ask<Result>(
    request: Exclude<ZooKeeperRequest, { kind: 'close' }>,
    read: (body: JuteReader) => Result,
    expected: readonly number[] = [],
    onMissing: () => void = () => undefined,
  ): Promise<Result | undefined> {
    const answer = new Promise<Result | undefined>((resolve, reject) => {
      const take = (code: number, body: JuteReader): void => {
        if (code === OK) {
          // What claims more than it holds throws here: whoever hands it over drops the connection, which fails this one too.
          resolve(read(body));
          return;
        }
        if (code === NO_NODE) onMissing();
        if (code === NO_NODE || expected.includes(code)) resolve(undefined);
        else reject(new Error(describeCode(code, request.path)));
        if (code === SASL_REQUIRED) this.#drop(`: ${describeCode(code, request.path)}`);
      };
      this.#request(request, take, reject);
    });
    let isAnswered = false;
    const noted = answer.finally(() => {
      isAnswered = true;
    });
    try {
      return await limitTime(noted, this.#thirdMs(), 'no answer in time', this.#options.clock);
    } catch (error) {
      // A server that is silent is left for another one, or for a new connection.
      if (!isAnswered) this.#drop(`: ${errorMessage(error)}`);
      throw error;
    }
  }

  #request(request: ZooKeeperRequest, take: PendingRequest['take'], fail: PendingRequest['fail']): void {
    if (this.#state.kind !== 'connected') {
      fail(new Error('there is no connection'));
      return;
    }
    this.#xid = this.#xid === MAX_XID ? 1 : this.#xid + 1;
    const path = request.kind === 'close' ? '/' : request.path;
    this.#pending.push({ xid: this.#xid, path, take, fail });
    this.#state.link.send(encodeRequest(this.#xid, request, this.#options.login !== undefined));
  }

  /** So a server that falls silent is left while there is time to keep the session with another. */
  #thirdMs(): number {
    return Math.floor(Math.min(this.#timeoutMs, this.#options.sessionTimeoutMs) / 3);
  }

  #connectSoon(): void {
    const { random, servers } = this.#options;
    const isRoundOver = this.#attempts > 0 && this.#attempts % servers.length === 0;
    const waitMs = isRoundOver ? backoffMs(this.#attempts / servers.length, RETRY, random) : 0;
    this.#attempts += 1;
    const server = servers[this.#nextServer++ % servers.length];
    this.#state = { kind: 'waiting' };
    this.#setTimer(waitMs, () => {
      if (server !== undefined && this.#closing === undefined) this.#connect(server);
    });
  }

  #connect(server: ZooKeeperServer): void {
    const { openLink = openSystemLink, sessionTimeoutMs } = this.#options;
    const frames = new FrameReader();
    this.#server = formatPlace(server.host, server.port);
    const link = openLink(server, {
      onOpen: () => link.send(encodeSessionRequest(this.#ticket, sessionTimeoutMs, this.#lastZxid)),
      onBytes: (bytes) => {
        try {
          for (const frame of frames.read(bytes)) {
            if (!this.#hasLink(link)) return;
            this.#takeFrame(frame, link);
          }
        } catch (error) {
          if (this.#hasLink(link)) this.#drop(`: it does not speak ZooKeeper's protocol (${errorMessage(error)})`);
        }
      },
      onClose: (reason) => {
        if (this.#hasLink(link))
          this.#lose(`${this.#server}${reason === undefined ? ' ended the connection' : `: ${reason}`}`);
      },
    });
    this.#state = { kind: 'connecting', link };
    this.#setTimer(CONNECT_LIMIT_MS, () => this.#drop(' does not answer'));
  }

  #hasLink(link: ZooKeeperLink): boolean {
    const state = this.#state;
    return (state.kind === 'connecting' || state.kind === 'connected') && state.link === link;
  }

  #takeFrame(frame: Buffer, link: ZooKeeperLink): void {
    if (this.#state.kind === 'connecting') {
      this.#begin(frame, link);
      return;
    }
    const reply = readReply(frame);
    if (reply.zxid > this.#lastZxid) this.#lastZxid = reply.zxid;
    this.#takeReply(reply);
  }

  #begin(frame: Buffer, link: ZooKeeperLink): void {
    const { ticket, timeoutMs } = readSessionGrant(frame);
    if (timeoutMs <= 0) {
      this.#expire();
      return;
    }
    this.#lostAt = undefined;
    this.#ticket = ticket;
    this.#timeoutMs = Math.max(SHORTEST_SESSION_MS, timeoutMs);
    this.#state = { kind: 'connected', link };
    // A server takes requests in order: what is asked next is asked by this user.
    const { login } = this.#options;
    if (login !== undefined) link.send(encodeDigest(login()));
    this.#beat(link);
    if (this.#closing === undefined) this.#onEvent({ kind: 'connected' });
  }

  #expire(): void {
    this.#finish('the session has expired');
    if (this.#closing === undefined) this.#onEvent({ kind: 'expired' });
  }

  #takeReply(reply: ZooKeeperReply): void {
    switch (reply.kind) {
      case 'answer': {
        const oldest = this.#pending.shift();
        if (oldest === undefined) throw new Error('an answer that nobody asked for');
        try {
          if (oldest.xid !== reply.xid) throw new Error('answers out of order');
          oldest.take(reply.code, reply.body);
        } catch (error) {
          // It fails with the others.
          this.#pending.unshift(oldest);
          throw error;
        }
        return;
      }
      case 'pong':
        this.#takePong();
        return;
      case 'authenticated':
        if (reply.code !== OK)
          this.#drop(': it refuses this user and password; write others in the file of --registry-login-file');
        return;
      case 'change':
        for (const onChange of this.#watches.take(reply.path, reply)) {
          if (this.#closing === undefined) onChange(reply.path);
        }
        return;
      case 'other':
        return;
      default:
        reply satisfies never;
    }
  }

  /** Asks now and then whether the server is there, which also keeps the session. */
  #beat(link: ZooKeeperLink): void {
    this.#setTimer(this.#thirdMs(), () => {
      this.#takePong = () => {
        this.#takePong = () => undefined;
        // Only now: a server that takes everybody in and out again is not asked again and again.
        this.#attempts = 0;
        if (this.#hasLink(link)) this.#beat(link);
      };
      link.send(encodePing());
      this.#setTimer(this.#thirdMs(), () => this.#drop(' does not answer'));
    });
  }

  #setTimer(waitMs: number, run: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.after(waitMs, run);
  }

  /** Leaves this server. `reason` stands behind its name. */
  #drop(reason: string): void {
    const state = this.#state;
    if (state.kind !== 'connecting' && state.kind !== 'connected') return;
    state.link.destroy();
    this.#lose(`${this.#server}${reason}`);
  }

  #lose(reason: string): void {
    this.#forget(reason);
    if (this.#closing !== undefined) {
      this.#finish(reason);
      return;
    }
    const now = this.#options.clock.now();
    this.#lostAt ??= now;
    if (this.#ticket.id !== 0n && now - this.#lostAt > SESSION_TIMES * this.#timeoutMs) {
      this.#expire();
      return;
    }
    this.#connectSoon();
    this.#onEvent({ kind: 'disconnected', reason });
  }

  /** What waits is not sent to the next server: whoever asked asks anew, and sets the watches anew. */
  #forget(reason: string): void {
    this.#takePong = () => undefined;
    this.#watches.clear();
    for (const { fail } of this.#pending.splice(0)) fail(new Error(reason));
  }
}
