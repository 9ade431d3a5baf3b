/** Writes `man/`, the manual: from what `--help` and the schema of the file are made of. It is run once that is compiled. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const TARGET = join(FOLDER, 'man');
const { writePages } = await import('./dist/program/manual/pages.js');
const { version } = JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8'));

const pages = await writePages(version);
mkdirSync(TARGET, { recursive: true });
for (const name of readdirSync(TARGET)) if (!pages.has(name)) rmSync(join(TARGET, name));
for (const [name, text] of pages) {
  const path = join(TARGET, name);
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}
