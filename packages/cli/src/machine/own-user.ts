import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Containers give it to a user whom the system does not know. */
const HOME_OF_NOBODY = '/';

/**
 * The home of the user that runs this: HOME, as `read` says, or where that names no folder (it is empty or relative) what the system
 * `knows`. Both throw where the system does not know the user.
 */
export function findHome(read: () => string = homedir, know: () => string = () => userInfo().homedir): string {
  try {
    const home = read();
    return isAbsolute(home) ? home : know();
  } catch {
    return HOME_OF_NOBODY;
  }
}

/** What a variable such as XDG_CONFIG_HOME names, or this folder of the home; a relative one is to be ignored (XDG Base Directory Specification). */
export function nameUserFolder(named: string | undefined, home: string, ...folders: readonly string[]): string {
  return named !== undefined && isAbsolute(named) ? named : join(home, ...folders);
}

/** The name of the user that runs this; its number where the system does not know it, and `read` throws. */
export function nameUser(read: () => string = () => userInfo().username): string {
  try {
    return read();
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
