import { Duplex } from 'node:stream';
import { type Leg, probeLeg, resetLeg } from '@mdns-ambassador/relay';
import { RedisSession, type SessionWorld } from './session.ts';

export type SessionLegWorld = Pick<SessionWorld, 'moved' | 'tlsClient'> & {
  /** As a session's, and writes to this leg. */
  readonly logIn: (isFirst: boolean, upstream: Leg) => Promise<boolean>;
};

/** The upstream of a client in a Redis session: what the splice writes is the client's, what it reads is for the client. */
export class SessionLeg extends Duplex implements Leg {
  readonly #upstream: Leg;
  readonly #session: RedisSession;
  /** The write that is not done with: its bytes are held, or upstream takes no more for now. */
  #pending: ((error?: Error | null) => void) | undefined;

  constructor(upstream: Leg, world: SessionLegWorld) {
    super({ allowHalfOpen: true });
    this.#upstream = upstream;
    this.#session = new RedisSession({
      ...world,
      logIn: (isFirst) => world.logIn(isFirst, upstream),
      toClient: (bytes) => {
        if (!this.push(bytes)) upstream.pause();
      },
      toUpstream: (bytes) => {
        if (!upstream.destroyed && !upstream.writableEnded) upstream.write(bytes);
      },
      released: () => this.#settle(),
      ended: (reply) => this.#finish(reply),
    });
    upstream.on('data', (chunk: Buffer) => this.#session.takeUpstream(chunk));
    upstream.on('drain', () => this.#settle());
    upstream.on('end', () => this.#confirmEnd());
    upstream.on('error', (error) => this.destroy(error));
    upstream.on('close', () => this.#settle());
    upstream.pause();
  }

  resetAndDestroy(): this {
    resetLeg(this.#upstream);
    return this.destroy();
  }

  override _read(): void {
    this.#upstream.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#pending = callback;
    if (chunk.length === 0) probeLeg(this.#upstream);
    else this.#session.takeClient(chunk);
    this.#settle();
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#session.endClient();
    if (this.#upstream.destroyed) callback();
    else this.#upstream.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (error === null) this.#upstream.destroy();
    else resetLeg(this.#upstream);
    callback(error);
  }

  #settle(): void {
    const { destroyed, writableNeedDrain } = this.#upstream;
    if (!destroyed && (this.#session.isHolding || writableNeedDrain)) return;
    const callback = this.#pending;
    this.#pending = undefined;
    callback?.();
  }

  /** A reset that comes behind data is reported as an end; the next write knows better. */
  #confirmEnd(): void {
    const confirm = (): void => {
      if (this.#upstream.errored === null && !this.destroyed) this.push(null);
      this.#session.endUpstream();
      this.#settle();
    };
    probeLeg(this.#upstream);
    if (this.#upstream.writableLength > 0) setImmediate(confirm);
    else confirm();
  }

  #finish(reply: Buffer | undefined): void {
    this.#upstream.destroy();
    if (reply !== undefined) this.push(reply);
    this.push(null);
  }
}
