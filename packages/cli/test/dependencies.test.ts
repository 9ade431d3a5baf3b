import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** As many packages of others run with the command line; another is a decision, and has its sentence in ARCHITECTURE.md. */
const MOST_PACKAGES = 85;
const CLI = fileURLToPath(new URL('..', import.meta.url));
const OURS = /^(?:mdns-ambassador$|@mdns-ambassador\/)/;
/** What npm runs by itself when a package is installed. */
const INSTALL_SCRIPTS: readonly string[] = ['preinstall', 'install', 'postinstall'];

/** Needed where the bundle of the command line is made; all else that stands beside them is in it. */
const MAKE_THE_BUNDLE: readonly string[] = ['rolldown', '@types/yargs'];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

/** All that is bundled with the command line or installed for it, by folder. */
function listRunTime(folder: string, found: Map<string, Manifest> = new Map()): ReadonlyMap<string, Manifest> {
  if (found.has(folder)) return found;
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  found.set(folder, manifest);
  const bundled = Object.keys(found.size === 1 ? { ...manifest.devDependencies } : {});
  const installed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const name of [...bundled.filter((each) => !MAKE_THE_BUNDLE.includes(each)), ...installed]) {
    const dependency = locate(name, folder);
    if (dependency !== undefined) listRunTime(dependency, found);
  }
  return found;
}

/** As Node looks for it; undefined where an optional one is not installed. */
function locate(name: string, from: string): string | undefined {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
  }
  return undefined;
}

test('no more packages of others run than were decided on, none runs when it is installed, and none is native', () => {
  const foreign = [...listRunTime(realpathSync(CLI))].filter(([, { name }]) => !OURS.test(name));
  const names = foreign.map(([, { name, version }]) => `${name}@${version}`);
  expect(names.length, names.join(' ')).toBeLessThanOrEqual(MOST_PACKAGES);
  expect(names.length).toBeGreaterThan(20);
  for (const [folder, { name, scripts = {} }] of foreign) {
    expect(
      INSTALL_SCRIPTS.filter((script) => script in scripts),
      name,
    ).toEqual([]);
    expect(readdirSync(folder), name).not.toContain('binding.gyp');
  }
});
