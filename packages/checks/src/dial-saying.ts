import type { DialService } from './dial.ts';

/** Dials as `dial` does, and says this before what a check has to say. */
export function dialSaying(first: Uint8Array, dial: DialService): DialService {
  return async (target, signal) => {
    const connection = await dial(target, signal);
    connection.write(first);
    return connection;
  };
}
