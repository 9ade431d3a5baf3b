import type { Duplex } from 'node:stream';
import type { Clock } from '@mdns-ambassador/relay';
import { frameMessage, MessageReader } from './message-reader.ts';

/** RFC 7766 6.2.3: a few seconds. */
const IDLE_MS = 10_000;
/** Who does not read is not answered any more. */
const MOST_UNREAD_BYTES = 256 * 1024;

export interface TcpSessionOptions {
  readonly clock: Clock;
  /** Undefined: no answer. Never throws. */
  readonly answer: (query: Uint8Array) => Uint8Array | undefined;
  /** It was ended although it was not closed by the other side. Called once at most. */
  readonly onRefused: () => void;
}

/** Answers what comes over one connection until it ends, sends no whole query for ten seconds, or is no DNS. */
export function serveTcp(socket: Duplex, { clock, answer, onRefused }: TcpSessionOptions): void {
  const reader = new MessageReader();
  let cancel = (): void => undefined;
  const refuse = (): void => {
    if (socket.destroyed) return;
    onRefused();
    socket.destroy();
  };
  const wait = (): void => {
    cancel();
    cancel = clock.after(IDLE_MS, refuse);
  };
  socket.on('error', () => socket.destroy());
  socket.on('close', () => cancel());
  socket.on('end', () => socket.end());
  socket.on('data', (chunk: Uint8Array) => {
    const queries = reader.take(chunk);
    if (queries === undefined) return refuse();
    for (const query of queries) {
      const bytes = answer(query);
      if (bytes === undefined || socket.writableLength > MOST_UNREAD_BYTES) return refuse();
      if (socket.writable) socket.write(frameMessage(bytes));
    }
    if (queries.length > 0) wait();
  });
  wait();
  socket.resume();
}
