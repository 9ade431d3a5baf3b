import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command line and the programs of tests run as built: build what has changed since. */
export function setup(): void {
  const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  const workspace = fileURLToPath(new URL('..', import.meta.url));
  const built = spawnSync(process.execPath, [compiler, '-b', workspace], { encoding: 'utf8' });
  if (built.status !== 0) {
    throw new Error(`the packages do not build:\n${built.stdout}${built.stderr}`);
  }
}
