import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));
const STEPS: readonly (readonly string[])[] = [
  ['node_modules/typescript/bin/tsc', '-b'],
  ['packages/cli/bundle.mjs'],
  ['packages/cli/manual.mjs'],
];

/** The command line and the programs of tests run as built: build what has changed since. */
export function setup(): void {
  for (const step of STEPS) {
    const built = spawnSync(process.execPath, step, { cwd: WORKSPACE, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`the packages do not build:\n${built.stdout}${built.stderr}`);
  }
}
