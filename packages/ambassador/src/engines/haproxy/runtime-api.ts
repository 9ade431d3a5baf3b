import { connect } from 'node:net';
import { errorCode } from '@mdns-ambassador/relay';
import { AmbassadorError } from '../../ambassador-error.ts';

/** haproxy answers within milliseconds; who is silent for so long hangs. */
const ANSWER_MS = 2_000;
/** Against a program on the socket that is no haproxy: statistics of 10,000 servers are half of it. */
const MOST_ANSWER_BYTES = 16 * 1024 * 1024;

/** What `Ask` rejects with when nobody listens at the socket, and when there is no answer. */
export const HAPROXY_AWAY = 'HAPROXY_AWAY';
const HAPROXY_SILENT = 'HAPROXY_SILENT';

/** Asks haproxy, by its admin socket. Rejects with an AmbassadorError. */
export type Ask = (command: string) => Promise<string>;

/**
 * Each command has a connection of its own, so that after a reload the new process is asked and not the one that leaves.
 * Several commands can be one, joined by `;`.
 */
export function createAsk(path: string): Ask {
  return (command) =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const socket = connect({ path });
      const fail = (code: string): void => {
        clearTimeout(timer);
        socket.destroy();
        const isAway = code === 'ECONNREFUSED' || code === 'ENOENT';
        const message = `haproxy does not answer at ${path}: ${code}`;
        reject(new AmbassadorError(isAway ? HAPROXY_AWAY : HAPROXY_SILENT, message));
      };
      const timer = setTimeout(() => fail('timeout'), ANSWER_MS);
      socket.on('error', (error) => fail(errorCode(error)));
      socket.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > MOST_ANSWER_BYTES) fail('too much');
      });
      socket.on('end', () => {
        clearTimeout(timer);
        resolve(Buffer.concat(chunks).toString());
      });
      socket.write(`${command}\n`);
    });
}
