import { Duplex } from 'node:stream';
import { type Leg, probeLeg, resetLeg } from '@mdns-ambassador/relay';
import { RedisSession, type SessionWorld } from './session.ts';

export type SessionLegWorld = Pick<SessionWorld, 'login' | 'nextLogin' | 'moved' | 'tlsClient'>;

/** The upstream of a client in a Redis session: what the splice writes is the client's, what it reads is for the client. */
export class SessionLeg extends Duplex implements Leg {
  readonly #upstream: Leg;
  readonly #session: RedisSession;
  /** The write that is not done with: upstream has not taken all its bytes, or what follows them must wait. */
  #pending: ((error?: Error | null) => void) | undefined;

  constructor(upstream: Leg, world: SessionLegWorld) {
    super({ allowHalfOpen: true });
    this.#upstream = upstream;
    this.#session = new RedisSession({
      ...world,
      toClient: (bytes) => {
        if (!this.push(bytes)) upstream.pause();
      },
      toUpstream: (bytes) => {
        if (!upstream.destroyed && !upstream.writableEnded) upstream.write(bytes, this.#onTaken);
      },
      released: () => this.#settle(),
      ended: (reply) => this.#finish(reply),
    });
    upstream.on('data', (chunk: Buffer) => this.#session.takeUpstream(chunk));
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

  readonly #onTaken = (): void => this.#settle();

  /** Whoever has lent the bytes of a write has them back with its callback: upstream must have taken all of them. */
  #settle(): void {
    const { destroyed, writableLength } = this.#upstream;
    if (!destroyed && (this.#session.isHolding || writableLength > 0)) return;
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
