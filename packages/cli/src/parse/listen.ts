import { isIP } from 'node:net';
import { LOCALHOST_ADDRESSES, type Target } from '@mdns-ambassador/relay';
import { InvalidValue } from '../exit/cli-error.ts';
import { parseHostPort } from './host-port.ts';

/** sun_path has 108 bytes on Linux, 104 on macOS, one of them the terminator. */
export const LONGEST_SOCKET_PATH = 103;

/** `127.0.0.1:6379`, `[::1]:6379`, `localhost:6379` (both loopbacks), `unix:/run/redis.sock`. Port 0: the system chooses. */
export function parseListen(text: string): readonly Target[] {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    if (path === '' || path.includes('\0') || path.length > LONGEST_SOCKET_PATH) {
      throw new InvalidValue(
        `"${text}" has no usable path; write unix: and a path of 1 to ${LONGEST_SOCKET_PATH} characters`,
      );
    }
    return [{ kind: 'unix', path }];
  }
  const { host, port } = parseHostPort(text, { ephemeral: true, example: '127.0.0.1:6379 or localhost:6379' });
  if (host.toLowerCase() === 'localhost') return listenOnLoopback(port);
  if (isIP(host) === 0) {
    throw new InvalidValue(`"${host}" is a name; write the address to listen on, such as 127.0.0.1:${port}`);
  }
  return [{ kind: 'tcp', address: host, port }];
}

export function listenOnLoopback(port: number): readonly Target[] {
  return LOCALHOST_ADDRESSES.map((address) => ({ kind: 'tcp', address, port }));
}
