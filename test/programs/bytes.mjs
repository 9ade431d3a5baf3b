/** Bytes for transfers: one mebibyte in which no two places look alike, over and over. */
import { createHash } from 'node:crypto';

export const pattern = Buffer.alloc(1 << 20);
for (let offset = 0; offset < pattern.length; offset += 32) {
  createHash('sha256').update(`${offset}`).digest().copy(pattern, offset);
}

/** Writes `count` bytes at the speed of the reader, then ends. */
export function sendBytes(socket, count) {
  let left = count;
  const fill = () => {
    while (left > 0) {
      const chunk = left < pattern.length ? pattern.subarray(0, left) : pattern;
      left -= chunk.length;
      if (!socket.write(chunk)) {
        socket.once('drain', fill);
        return;
      }
    }
    socket.end();
  };
  fill();
}

/** The SHA-256 of what `sendBytes` sends. */
export function digestOf(count) {
  const hash = createHash('sha256');
  for (let left = count; left > 0; left -= pattern.length) {
    hash.update(left < pattern.length ? pattern.subarray(0, left) : pattern);
  }
  return hash.digest('hex');
}
