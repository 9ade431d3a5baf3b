import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SOURCES = fileURLToPath(new URL('../src', import.meta.url));

/** From the bottom up. A folder imports those before it, types included; a command imports no other command. */
const FOLDERS: readonly string[] = [
  'exit',
  'machine',
  'parse',
  'options',
  'settings',
  'output',
  'config',
  'requests',
  'process',
  'network',
  'daemon',
  'commands',
  'commands/*',
  'program',
  '.',
];

interface Import {
  readonly from: string;
  readonly to: string;
}

function listImports(): readonly Import[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const path = join(SOURCES, file);
    const targets = readFileSync(path, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']*)'/g);
    return [...targets].map(([, target = '']) => ({
      from: file,
      to: relative(SOURCES, resolve(dirname(path), target)),
    }));
  });
}

function folderOf(file: string): string {
  const folder = dirname(file).split(sep);
  return folder.slice(0, folder[0] === 'commands' ? 2 : 1).join('/');
}

function rankOf(folder: string): number {
  return FOLDERS.indexOf(folder.replace(/^commands\/.*/, 'commands/*'));
}

test('every folder has its place, and none imports one behind it', () => {
  const imports = listImports();
  expect(imports.length).toBeGreaterThan(500);
  const folders = new Set(imports.map(({ from }) => folderOf(from)));
  expect([...folders].filter((folder) => rankOf(folder) < 0)).toEqual([]);
  const wrong = imports.filter(({ from, to }) => {
    const [own, other] = [folderOf(from), folderOf(to)];
    return own !== other && rankOf(other) >= rankOf(own);
  });
  expect(wrong).toEqual([]);
});

test('no two folders import each other, those of one command either', () => {
  const arrows = new Set(
    listImports()
      .map(({ from, to }) => ({ from: dirname(from), to: dirname(to) }))
      .filter(({ from, to }) => from !== to)
      .map(({ from, to }) => `${from} ${to}`),
  );
  expect(arrows.size).toBeGreaterThan(100);
  expect([...arrows].filter((arrow) => arrows.has(arrow.split(' ').reverse().join(' ')))).toEqual([]);
});
