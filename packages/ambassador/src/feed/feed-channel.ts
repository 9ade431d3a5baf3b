import { createConnection } from 'node:net';
import { LineReader } from '@mdns-ambassador/peers';
import { MAX_FEED_LINE_BYTES } from './feed-message.ts';

export interface FeedChannelEvents {
  opened(): void;
  line(text: string): void;
  /** Called once; nothing is called after it. */
  ended(reason: string): void;
}

/** A conversation with an agent, in lines. */
export interface FeedChannel {
  /** `line` ends with a newline. Ignored when it is over. */
  send(line: string): void;
  /** No event is called after this. Idempotent. */
  close(): void;
}

/** Opens a channel; no event is called before it has returned. */
export type OpenFeed = (path: string, events: FeedChannelEvents) => FeedChannel;

/** Over a unix socket (a named pipe on Windows). */
export const openSystemFeed: OpenFeed = (path, events) => {
  const socket = createConnection({ path });
  const reader = new LineReader(MAX_FEED_LINE_BYTES);
  let isOver = false;
  const end = (reason: string | undefined): void => {
    if (isOver) return;
    isOver = true;
    socket.destroy();
    if (reason !== undefined) events.ended(reason);
  };
  socket.on('connect', () => {
    if (!isOver) events.opened();
  });
  socket.on('data', (chunk) => {
    const lines = reader.push(chunk);
    for (const line of lines ?? []) if (!isOver) events.line(line);
    if (lines === undefined) end('the agent sent a line that is too long');
  });
  socket.on('error', (error: NodeJS.ErrnoException) => end(explainError(path, error)));
  socket.on('close', () => end('the agent hung up'));
  return {
    send(line) {
      if (!isOver) socket.write(line);
    },
    close: () => end(undefined),
  };
};

function explainError(path: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
      return `${path} is not there; start ambassador agent, or mount the folder of its socket`;
    case 'ECONNREFUSED':
      return `no agent listens on ${path}`;
    case 'EACCES':
      return `${path} may not be opened by this user; start the agent with another --socket-mode`;
    default:
      return `${path} can't be opened: ${error.code ?? error.message}`;
  }
}
