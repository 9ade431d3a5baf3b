import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PACKAGES = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = join(PACKAGES, 'cli/src');
const OURS = '@mdns-ambassador/';
/** `import { a } from`, `export { a } from`, `import`; not `import type`, and not `import()`. */
const STATIC_IMPORT = /^(?:import|export)\s+(?!type\b)(?:([^'";]*?)\s+from\s+)?'([^']+)'/gm;

interface Import {
  /** Without those of types; undefined where the whole file is imported, or what it exports by default. */
  readonly names: readonly string[] | undefined;
  readonly from: string;
}

function listImports(file: string): readonly Import[] {
  return [...readFileSync(file, 'utf8').matchAll(STATIC_IMPORT)].map(([, words = '', from = '']) => {
    const [, list] = /^\{([^}]*)\}$/.exec(words) ?? [];
    const names = list?.split(',').map((each) => each.trim().split(' as ')[0] ?? '');
    return { from, names: names?.filter((each) => each !== '' && !each.startsWith('type ')) };
  });
}

/** `@mdns-ambassador/mdns/wire` as its package leads there. */
function locateSource(specifier: string): string {
  const [name = '', ...path] = specifier.slice(OURS.length).split('/');
  const manifest: { exports: Readonly<Record<string, Readonly<Record<string, string>>>> } = JSON.parse(
    readFileSync(join(PACKAGES, name, 'package.json'), 'utf8'),
  );
  const file = manifest.exports[['.', ...path].join('/')]?.[`${OURS}source`];
  if (file === undefined) throw new Error(`${specifier} is no entry of its package`);
  return join(PACKAGES, name, file);
}

/** What libraries of others are loaded at once with these files. Of an `index.ts` no more is followed than what is imported, as in the bundle. */
function listLibraries(entries: readonly string[]): readonly string[] {
  const files = new Set(entries);
  const libraries = new Set<string>();
  for (const file of files) {
    for (const { names, from } of listImports(file)) {
      if (names?.length === 0 || from.startsWith('node:')) continue;
      if (from.startsWith('.')) files.add(resolve(dirname(file), from));
      else if (!from.startsWith(OURS)) libraries.add(from);
      else {
        const index = locateSource(from);
        const used = listImports(index).filter((each) => each.names?.some((name) => names?.includes(name)));
        for (const each of used) if (each.from.startsWith('.')) files.add(resolve(dirname(index), each.from));
        if (used.length === 0) files.add(index);
      }
    }
  }
  expect(files.size).toBeGreaterThan(2 * entries.length);
  return [...libraries].toSorted();
}

test('help and completion need no library of others: yargs is loaded where a command is to run', () => {
  const commands = readdirSync(join(SOURCES, 'commands'), { withFileTypes: true }).flatMap((each) =>
    each.isDirectory() ? [join(SOURCES, 'commands', each.name, 'command.ts')] : [],
  );
  expect(commands.length).toBeGreaterThan(10);
  expect(listLibraries([join(SOURCES, 'main.ts'), join(SOURCES, 'program/completion.ts'), ...commands])).toEqual([]);
});

test('completion needs no library at all, the running processes that it asks included', () => {
  const files = ['main.ts', 'program/completion.ts', 'network/seen/find-seen.ts', 'commands/proxy/command.ts'];
  expect(listLibraries(files.map((each) => join(SOURCES, each)))).toEqual([]);
});

const OF_A_PROXY: readonly string[] = [
  'dns-packet',
  'ipaddr.js',
  'multicast-dns',
  'pino',
  'pino-pretty',
  'yaml',
  'zod',
];

test('a proxy loads the libraries by which it finds and carries; QR codes, CPace, metrics, the page are loaded when used', () => {
  const files = ['main.ts', 'commands/proxy/run.ts', 'daemon/proxy-part.ts'];
  expect(listLibraries(files.map((each) => join(SOURCES, each)))).toEqual(OF_A_PROXY);
});
