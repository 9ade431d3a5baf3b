import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
/** Where a test that a table names may stand. */
const FOLDERS = ['test/conformance/rfc6762/', 'test/conformance/rfc6763/', 'test/', 'packages/mdns/test/', ''];
const SOURCES = 'packages/mdns/src/';
/** Names that the text below the table explains. */
const EXPLAINED = ['replies'];

async function readRows(file: string): Promise<readonly (readonly string[])[]> {
  const text = await readFile(new URL(`packages/mdns/${file}`, ROOT), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('|') && !/^\|[\s|-]+$/.test(line));
  return rows.map((row) => row.split('|').slice(1, -1)).filter((cells) => !/^ (section|limit) /.test(cells[0] ?? ''));
}

function readNames(cell: string | undefined): readonly string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

async function listFiles(): Promise<ReadonlySet<string>> {
  const folders = ['test/', 'packages/mdns/src/', 'packages/mdns/test/'];
  const lists = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(new URL(folder, ROOT), { recursive: true })).map((path) => folder + path.replaceAll('\\', '/')),
    ),
  );
  return new Set(lists.flat());
}

function findTest(name: string, files: ReadonlySet<string>): boolean {
  const paths = FOLDERS.flatMap((folder) => [`${folder}${name}.test.ts`, `${folder}${name.replace(/\/$/, '')}`]);
  return EXPLAINED.includes(name) || paths.some((path) => files.has(path));
}

test.each(['CONFORMANCE.md', 'LIMITS.md'])('every test that %s names is there', async (file) => {
  const files = await listFiles();
  const names = (await readRows(file)).flatMap((cells) => readNames(cells.at(-1)));
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !findTest(name, files))).toEqual([]);
});

test('every test of a section stands in the table', async () => {
  const named = new Set((await readRows('CONFORMANCE.md')).flatMap((cells) => readNames(cells.at(-1))));
  const sections = [...(await listFiles())].flatMap(
    (path) => /^test\/conformance\/rfc\d+\/(.+)\.test\.ts$/.exec(path)?.[1] ?? [],
  );
  expect(sections.filter((section) => !named.has(section))).toEqual([]);
});

test('every source that LIMITS.md names is there', async () => {
  const files = await listFiles();
  const sources = (await readRows('LIMITS.md')).flatMap((cells) => readNames(cells.at(-2)));
  expect(sources.filter((source) => !files.has(SOURCES + source))).toEqual([]);
});
