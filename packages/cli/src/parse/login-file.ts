import { resolve } from 'node:path';
import { InvalidValue } from '../exit/cli-error.ts';

/** A colon before any separator of folders, but for a drive of Windows: `me:secret`. */
const LOGIN = /^(?![a-z]:[\\/])[^/\\]*:/i;

/** Whether it may be `USER:PASSWORD` itself, and not the path of a file that holds it. */
export function isLogin(text: string): boolean {
  return LOGIN.test(text);
}

/** The path in full of a file that holds `USER:PASSWORD`. A login itself is refused, and not repeated. */
export function parseLoginFile(text: string): string {
  if (!isLogin(text)) return resolve(text);
  throw new InvalidValue(
    'this is a user and a password themselves, which others may have seen now; write the path of a file that holds them as USER:PASSWORD, and that you alone can read (a path with a colon begins with ./)',
  );
}
