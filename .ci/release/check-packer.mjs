/**
 * Runs before a package is packed or published, in its folder. npm would leave `catalog:` and `workspace:` in the manifest, which nobody
 * can install, and the licence out.
 */
import { existsSync } from 'node:fs';

const isPnpm = process.env.npm_config_user_agent?.startsWith('pnpm/') === true;
if (!isPnpm) {
  console.error('npm makes no usable package of this folder; in the root of the repository: npm run release:pack');
  process.exitCode = 1;
} else if (!['dist/index.js', 'bundle/main.js'].some(existsSync)) {
  console.error('it is not built; in the root of the repository: npm run setup');
  process.exitCode = 1;
}
