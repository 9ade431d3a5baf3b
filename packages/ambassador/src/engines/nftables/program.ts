import { accessSync, constants } from 'node:fs';

/** The first of these paths that may be run; programs that run as root are not looked for by PATH. */
export function findProgram(paths: readonly string[]): string | undefined {
  return paths.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
