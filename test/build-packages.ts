import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command line runs as built: build what has changed since. */
export function setup(): void {
  const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  const cli = fileURLToPath(new URL('../packages/cli', import.meta.url));
  const built = spawnSync(process.execPath, [compiler, '-b', cli], { encoding: 'utf8' });
  if (built.status !== 0) {
    throw new Error(`the command line does not build:\n${built.stdout}${built.stderr}`);
  }
}
