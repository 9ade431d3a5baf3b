/**
 * Collects the command line and what it needs at run time, and nothing else: node docker/collect.mjs FOLDER. Versions that differ
 * from the one at the top are put below the package that wants them.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const CLI = join(ROOT, 'packages/cli');
/** Of our own package; of others everything but what no program reads. */
const OWN_PARTS = ['package.json', 'bin', 'bundle', 'schema'];
/** The image has all of this in /app. */
const COMMAND = '#!/bin/sh\nexec node /app/packages/cli/bin/ambassador.js "$@"\n';
const UNREAD = new Set(['.map', '.ts', '.cts', '.mts', '.md', '.markdown', '.flow']);
/** xml2js for browsers: 3.4 MB. */
const FOR_BROWSERS = '.bc.js';

const [target = ''] = process.argv.slice(2);
if (target === '') throw new Error('name the folder to collect into');
const top = join(target, 'node_modules');
/** Where each folder of a package stands now. */
const placedAtTop = new Map();

collect(CLI, join(target, 'packages/cli'));
cpSync(join(ROOT, 'docker/healthcheck.mjs'), join(target, 'healthcheck.mjs'));
cpSync(join(ROOT, 'LICENSE'), join(target, 'LICENSE'));
// For `docker exec NAME ambassador ...`; a base may have no /usr/bin/env, which the program's own first line asks for.
mkdirSync(join(target, 'bin'), { recursive: true });
writeFileSync(join(target, 'bin/ambassador'), COMMAND, { mode: 0o755 });

function collect(from, to) {
  copy(from, to);
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const found = locate(name, from);
    const standing = placedAtTop.get(name);
    if (standing === found) continue;
    if (standing === undefined) placedAtTop.set(name, found);
    collect(found, join(standing === undefined ? top : join(to, 'node_modules'), name));
  }
}

/** As Node looks for it. */
function locate(name, from) {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
  }
  throw new Error(`${name} is not installed; run npm run setup`);
}

function copy(from, to) {
  mkdirSync(to, { recursive: true });
  const isOwn = dirname(from) === join(ROOT, 'packages');
  cpSync(from, to, {
    recursive: true,
    dereference: true,
    filter: (path) => {
      const parts = relative(from, path).split('/');
      if (parts.includes('node_modules') || UNREAD.has(extname(path)) || path.endsWith(FOR_BROWSERS)) return false;
      return !isOwn || parts[0] === '' || OWN_PARTS.includes(parts[0]);
    },
  });
}
