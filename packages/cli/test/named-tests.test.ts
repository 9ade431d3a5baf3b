import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** As in `mesh/test/key-file`, `test/sim/peers`: a folder or a file, with or without its ending. */
const NAMED = /`((?:[a-z0-9-]+\/)*test\/[\w./-]+|e2e\/[\w./-]+)`/g;

test.each(['SECURITY.md', 'ARCHITECTURE.md'])('each test that %s names is there', (document) => {
  const names = [...readFileSync(join(ROOT, document), 'utf8').matchAll(NAMED)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(5);
  const isThere = (name: string): boolean =>
    ['', 'packages', 'test'].some((folder) =>
      ['', '.ts', '.test.ts'].some((ending) => existsSync(join(ROOT, folder, name + ending))),
    );
  expect(names.filter((name) => !isThere(name))).toEqual([]);
});
