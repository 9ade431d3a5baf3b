import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../../src/config/schema.ts';
import { COMMON_OPTIONS } from '../../../src/options/common-options.ts';
import { COMMAND_LIST } from '../../../src/program/command-list.ts';
import { FILE_EXAMPLE } from '../../../src/program/manual/file-page.ts';
import { writePages } from '../../../src/program/manual/pages.ts';
import { bold, escapeRoff } from '../../../src/program/manual/roff.ts';

const pages = await writePages('1.2.3');

function read(name: string): string {
  return pages.get(name) ?? '';
}

test('every command has a page, with each of its options and what it does, and the one of the program refers to it', async () => {
  for (const { name, load } of COMMAND_LIST) {
    const { options, summary } = await load();
    const page = read(`ambassador-${name}.1`);
    expect(page).toContain(`.SH DESCRIPTION\n${escapeRoff(summary)}`);
    for (const option of [...options, ...COMMON_OPTIONS]) {
      expect(page, `${name} --${option.name}`).toContain(`${bold(`--${option.name}`)}`);
      expect(page, `${name} --${option.name}`).toContain(escapeRoff(option.summary));
      for (const choice of option.choices ?? []) expect(page).toContain(escapeRoff(choice));
    }
    expect(read('ambassador.1')).toContain(`\n${bold(`ambassador-${name}`)}(1)\n`);
  }
});

test('every key that the file may have stands on its page', () => {
  const schema: unknown = JSON.parse(
    readFileSync(new URL('../../../schema/ambassador.schema.json', import.meta.url), 'utf8'),
  );
  const keys = listKeys(schema);
  expect(keys.length).toBeGreaterThan(50);
  for (const key of keys) expect(read('ambassador.yaml.5'), key).toContain(`\n.TP\n${bold(key)}: `);
});

/** Of objects in objects; sections have headings instead. */
function listKeys(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, items } = schema as { properties?: Readonly<Record<string, unknown>>; items?: unknown };
  return [
    ...Object.entries(properties ?? {}).flatMap(([key, value]) => [
      ...(['announce', 'proxy', 'agent', 'dns', 'mesh'].includes(key) ? [] : [key]),
      ...listKeys(value),
    ]),
    ...listKeys(items),
  ];
}

test('the example of the file is valid', () => {
  expect(configSchema.safeParse(parse(FILE_EXAMPLE)).error).toBeUndefined();
  expect(read('ambassador.yaml.5')).toContain(escapeRoff('  - { service: redis, port: 12345, check: redis }'));
});

test('what is published names every page', () => {
  const { man }: { readonly man: readonly string[] } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  expect(man.toSorted()).toEqual([...pages.keys()].map((name) => `./man/${name}`).toSorted());
});

test('text is never read as a request of roff', () => {
  const requests = [...pages.values()].flatMap((page) => page.split('\n')).filter((line) => /^[.']/.test(line));
  const known = /^\.(?:TH .*|SH [A-Z ]+|TP|PP|RS 4|RE|nf|fi|br|nh|ad l|\\" .*)$/;
  expect(requests.filter((line) => !known.test(line))).toEqual([]);
  expect(escapeRoff('.hidden')).toBe('\\&.hidden');
  expect(escapeRoff("'quoted' \\n ~ ^ `x` --all …")).toBe(
    '\\(aqquoted\\(aq \\en \\(ti \\(ha \\(gax\\(ga \\-\\-all \\[u2026]',
  );
});

test('what follows -- stands behind the options', () => {
  expect(read('ambassador-run.1')).toMatch(/\n\.SH SYNOPSIS\n.*SERVICE.*OPTION.* \\-\\- .*COMMAND.*\n/);
  expect(read('ambassador-proxy.1')).toMatch(/\n\.SH SYNOPSIS\n.*SERVICE.*OPTION.*\n/);
});
