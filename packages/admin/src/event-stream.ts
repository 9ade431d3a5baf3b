import type { Writable } from 'node:stream';
import type { Clock } from '@mdns-ambassador/relay';
import { stringifyPrintably } from './printable.ts';
import type { AdminEvent } from './snapshot.ts';

export const MAX_EVENT_CLIENTS = 16;
/** A client that has not read this much is dropped; it may connect again. */
export const MAX_UNREAD_BYTES: number = 256 * 1024;
/** A comment this often tells a client, and the proxies between, that the stream is alive. */
export const HEARTBEAT_MS = 15_000;
/** How soon a browser connects again. */
const RETRY_MS = 2000;

/** Server-sent events (WHATWG HTML 9.2) to a bounded number of clients. */
export class EventStream {
  readonly #clock: Clock;
  readonly #isState: boolean;
  readonly #clients = new Set<Writable>();
  #eventsSent = 0;
  #cancelHeartbeat: (() => void) | undefined;

  /** `isState`: each event stands for all before it, so that who is slow is spared some. */
  constructor(clock: Clock, isState = false) {
    this.#clock = clock;
    this.#isState = isState;
  }

  get isFull(): boolean {
    return this.#clients.size >= MAX_EVENT_CLIENTS;
  }

  /** Sends `first`, then every event, until the client leaves or is too slow. */
  add(client: Writable, first: AdminEvent): void {
    this.#clients.add(client);
    client.once('close', () => {
      this.#clients.delete(client);
      if (this.#clients.size === 0) this.#stopHeartbeat();
    });
    client.on('error', () => client.destroy());
    this.#send(client, `retry: ${RETRY_MS}\n${formatEvent(this.#eventsSent, first)}`);
    this.#cancelHeartbeat ??= this.#scheduleHeartbeat();
  }

  publish(event: AdminEvent): void {
    this.#eventsSent += 1;
    if (this.#clients.size === 0) return;
    this.#sendAll(formatEvent(this.#eventsSent, event));
  }

  /** Ends every stream. */
  close(): void {
    this.#stopHeartbeat();
    for (const client of this.#clients) client.end();
  }

  #sendAll(text: string): void {
    for (const client of this.#clients) this.#send(client, text);
  }

  #send(client: Writable, text: string): void {
    if (this.#isState && client.writableLength > 0) return;
    client.write(text);
    if (!this.#isState && client.writableLength > MAX_UNREAD_BYTES) client.destroy();
  }

  #scheduleHeartbeat(): () => void {
    return this.#clock.after(HEARTBEAT_MS, () => {
      this.#sendAll(': alive\n\n');
      this.#cancelHeartbeat = this.#scheduleHeartbeat();
    });
  }

  #stopHeartbeat(): void {
    this.#cancelHeartbeat?.();
    this.#cancelHeartbeat = undefined;
  }
}

/** The text has no line break, so one `data` field holds it. */
function formatEvent(id: number, event: AdminEvent): string {
  return `id: ${id}\ndata: ${stringifyPrintably(event)}\n\n`;
}
