import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const OF_ONE_COMMAND = /^cli\/commands\/[^/]+$/;

/** Of sources, as PACKAGE/FOLDER. */
function listFolders(name: string): readonly string[] {
  const sources = join(PROJECT, 'packages', name, 'src');
  const below = readdirSync(sources, { recursive: true, withFileTypes: true });
  return below
    .filter((each) => each.isDirectory())
    .map((each) => join(name, relative(sources, join(each.parentPath, each.name))).replaceAll(sep, '/'));
}

/** What is said of a package: its row among the packages; of the command line, the section of its folders. */
function findPart(name: string, text: string): string {
  if (name === 'cli') return text.split(/^## /m).find((section) => section.startsWith('Words become a plan')) ?? '';
  return text.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? '';
}

/** There, in backticks (`pool/`, `network/wake`), or anywhere with its package before it (`ambassador/pool`, also within a longer path). */
function isNamed(folder: string, text: string): boolean {
  const [name = '', ...path] = folder.split('/');
  const last = path.at(-1) ?? '';
  return (
    new RegExp(`\`(?:[\\w-]+/)*${last}[/\`]`).test(findPart(name, text)) ||
    new RegExp(`\\b${name}/(?:[\\w-]+/)*${last}\\b(?!-)`).test(text)
  );
}

test('ARCHITECTURE.md names every folder of sources with its package, but for those of single commands', () => {
  const text = readFileSync(join(PROJECT, 'ARCHITECTURE.md'), 'utf8');
  const folders = readdirSync(join(PROJECT, 'packages')).flatMap(listFolders);
  expect(folders.length).toBeGreaterThan(60);
  const unnamed = folders.filter((folder) => !OF_ONE_COMMAND.test(folder) && !isNamed(folder, text));
  expect(unnamed).toEqual([]);
});
