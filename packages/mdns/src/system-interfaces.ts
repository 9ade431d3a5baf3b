import { networkInterfaces } from 'node:os';
import { failForWantOfDescriptor } from './no-descriptor.ts';

type Read = typeof networkInterfaces;

/**
 * The interfaces as the system tells them; undefined where it tells this program of none (Android from 13 on: EACCES). Throws
 * `no-descriptor` where the process has no file descriptor left to ask with.
 */
export function lookAtSystemInterfaces(read: Read = networkInterfaces): ReturnType<Read> | undefined {
  try {
    return read();
  } catch (error) {
    failForWantOfDescriptor(error);
    return undefined;
  }
}

/** As {@link lookAtSystemInterfaces}; undefined where there is no descriptor, too. */
export function readSystemInterfaces(read: Read = networkInterfaces): ReturnType<Read> | undefined {
  try {
    return lookAtSystemInterfaces(read);
  } catch {
    return undefined;
  }
}
