import { errorCode, type Leg } from '@mdns-ambassador/relay';
import type { PeerStream, PeerStreamEvents } from './peer-stream.ts';

/** How long what was written last may take to leave. */
const FAREWELL_MS = 250;

/** A paused socket, or what TLS makes of one, as a stream. The addresses are kept: a socket that is over knows them no more. */
export class SocketStream implements PeerStream {
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly #leg: Leg;

  constructor(leg: Leg, addresses: { readonly remoteAddress: string; readonly localAddress: string }) {
    this.#leg = leg;
    this.remoteAddress = addresses.remoteAddress;
    this.localAddress = addresses.localAddress;
    leg.on('error', () => undefined);
  }

  get pending(): number {
    return this.#leg.writableLength;
  }

  open(events: PeerStreamEvents): void {
    const leg = this.#leg;
    let reason: string | undefined;
    leg.on('error', (error: unknown) => {
      reason ??= `the connection failed: ${errorCode(error)}`;
    });
    leg.on('data', (chunk: Uint8Array) => events.data(chunk));
    leg.once('end', () => {
      reason ??= 'it hung up';
      leg.destroy();
    });
    leg.once('close', () => events.ended(reason ?? 'the connection is over'));
    leg.resume();
  }

  write(text: string): void {
    if (this.#leg.writable) this.#leg.write(text);
  }

  close(): Promise<void> {
    const leg = this.#leg;
    return new Promise((resolve) => {
      if (leg.destroyed) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        leg.destroy();
        resolve();
      };
      const timer = setTimeout(end, FAREWELL_MS);
      leg.once('close', end);
      leg.end(end);
    });
  }

  destroy(): void {
    this.#leg.destroy();
  }
}
