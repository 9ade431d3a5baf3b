import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { labTest } from '../../lab-test.ts';

const FOLDER = new URL('../../../packages/mdns/', import.meta.url);
const EXAMPLE = fileURLToPath(new URL('examples/publish-and-browse.mjs', FOLDER));
const MAX_LINES = 10;

await labTest("the mDNS package's example publishes, finds, changes and takes back", { hosts: 1 }, async (lan) => {
  const printed = await lan.host(1).read(process.execPath, [EXAMPLE]);
  expect(printed).toMatch(
    /^added example at 10\.99\.0\.1:7000, green\nupdated example at [^\n]+, blue\nleaving example at [^\n]+, blue\nremoved example at [^\n]+, blue\n$/,
  );
});

test("the mDNS package's README shows publish, browse and resolve in ten lines each", async () => {
  const readme = await readFile(new URL('README.md', FOLDER), 'utf8');
  for (const title of ['Publish', 'Browse', 'Resolve']) {
    const code = new RegExp(`^## ${title}\\n[^]*?\`\`\`js\\n([^]*?)\`\`\``, 'm').exec(readme)?.[1] ?? '';
    expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(MAX_LINES);
    expect(code).not.toBe('');
  }
});

test("the mDNS package's README names every export", async () => {
  const [readme, index] = await Promise.all(
    ['README.md', 'src/index.ts'].map((path) => readFile(new URL(path, FOLDER), 'utf8')),
  );
  const blocks = [...(index ?? '').matchAll(/export (?:type )?\{([^}]*)\}/g)].map(([, names = '']) => names);
  const exported = blocks.flatMap((names) => names.split(',').map((name) => name.replace('type ', '').trim()));
  const missing = exported.filter((name) => name !== '' && !new RegExp(`\`${name}\\b`).test(readme ?? ''));
  expect(missing).toEqual([]);
});
