import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SPEAKS_OF_ONE = /platform|win32|darwin/;

/** The unit tests that speak of a platform, from the root of the repository. */
export function listPlatformTests(): readonly string[] {
  return readdirSync(`${ROOT}packages`).flatMap((name) => {
    const folder = `packages/${name}/test`;
    return readdirSync(ROOT + folder, { encoding: 'utf8', recursive: true })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => `${folder}/${file}`)
      .filter((file) => SPEAKS_OF_ONE.test(readFileSync(ROOT + file, 'utf8')));
  });
}
