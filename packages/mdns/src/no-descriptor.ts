import { MdnsError } from './mdns-error.ts';

/** ENFILE and EMFILE, the same on Linux, macOS and the BSDs: what getifaddrs fails with has no name in Node, and no sign. */
const ERRNOS: ReadonlySet<number> = new Set([23, 24]);
const CODES: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE']);
const CODE = 'no-descriptor';

/** Whether it says that the process, or the system, has no file descriptor left. */
export function isWantOfDescriptor(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errno } = error as NodeJS.ErrnoException;
  return code === CODE || CODES.has(code) || ERRNOS.has(Math.abs(errno ?? 0));
}

/** For want of a file descriptor `what` can't be done. */
export function describeWantOfDescriptor(what: string, cause: unknown): MdnsError {
  const message = `${what}: this process has no file descriptor left (EMFILE); raise its limit (ulimit -n)`;
  return new MdnsError(CODE, message, { cause });
}

/** Throws `no-descriptor` where the reason for the error is that; else returns. */
export function failForWantOfDescriptor(error: unknown): void {
  if (isWantOfDescriptor(error)) throw describeWantOfDescriptor("the network interfaces can't be seen", error);
}
