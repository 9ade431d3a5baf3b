import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const COMMANDS = join('packages', 'cli', 'src', 'commands');

function listFolders(folder: string): readonly string[] {
  const below = readdirSync(join(PROJECT, folder), { recursive: true, withFileTypes: true });
  return below.filter((each) => each.isDirectory()).map((each) => relative(PROJECT, join(each.parentPath, each.name)));
}

test('ARCHITECTURE.md names every folder of sources, but for those of single commands', () => {
  const text = readFileSync(join(PROJECT, 'ARCHITECTURE.md'), 'utf8');
  const words = new Set(text.match(/[\w.-]+/g));
  const folders = readdirSync(join(PROJECT, 'packages')).flatMap((name) => listFolders(join('packages', name, 'src')));
  expect(folders.length).toBeGreaterThan(60);
  const unnamed = folders.filter((folder) => !words.has(basename(folder)) && join(folder, '..') !== COMMANDS);
  expect(unnamed).toEqual([]);
});
