import { homedir, userInfo } from 'node:os';

/** Containers give it to a user whom the system does not know. */
const HOME_OF_NOBODY = '/';

/** The home of the user that runs this. `read` throws where HOME is not set and the system does not know the user. */
export function findHome(read: () => string = homedir): string {
  try {
    return read();
  } catch {
    return HOME_OF_NOBODY;
  }
}

/** The name of the user that runs this; its number where the system does not know it, and `read` throws. */
export function nameUser(read: () => string = () => userInfo().username): string {
  try {
    return read();
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
