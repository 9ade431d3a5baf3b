import { networkInterfaces } from 'node:os';
import { failForWantOfDescriptor } from './no-descriptor.ts';

/** Who asks so soon after another is told the same. */
export const SAME_MS = 50;

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

/** Looks at the interfaces once for all who ask within a moment: of many, one look takes milliseconds. */
export class SystemLook {
  #found: ReturnType<Read> | undefined;
  #at = Number.NEGATIVE_INFINITY;

  /** As {@link lookAtSystemInterfaces}, now. */
  now(): ReturnType<Read> | undefined {
    this.#at = Number.NEGATIVE_INFINITY;
    this.#found = lookAtSystemInterfaces();
    this.#at = performance.now();
    return this.#found;
  }

  /** As {@link readSystemInterfaces}, or as it was a moment ago. */
  lately(): ReturnType<Read> | undefined {
    if (performance.now() - this.#at < SAME_MS) return this.#found;
    try {
      return this.now();
    } catch {
      return undefined;
    }
  }
}
