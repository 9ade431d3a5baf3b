import { expect, test } from 'vitest';
import { COMMAND_LIST } from '../../src/program/command-list.ts';
import { formatExamples } from '../../src/program/example-lines.ts';

test('what an example does stands beside it, or under it where it is long', () => {
  const long = 'ambassador proxy redis --from mdns --from static:10.0.0.5:6379 --merge fallback';
  expect(
    formatExamples(
      [
        ['ambassador list', 'everything on this network'],
        ['ambassador list redis', 'every redis, and more words than fit beside it'],
        [long, 'a fixed address when nobody announces'],
      ],
      50,
    ).split('\n'),
  ).toEqual([
    '  ambassador list        everything on this',
    '                         network',
    '  ambassador list redis  every redis, and more',
    '                         words than fit beside it',
    '  ambassador proxy redis --from mdns \\',
    '    --from static:10.0.0.5:6379 --merge fallback',
    '      a fixed address when nobody announces',
  ]);
});

test('where there is little room, it stands under all of them', () => {
  const examples = [['ambassador proxy redis:16379 postgres', 'two services']] as const;
  expect(formatExamples(examples, 50)).toBe('  ambassador proxy redis:16379 postgres\n      two services');
});

test.each([60, 80, 100])('every example of every command can be copied from a help text %i wide', async (width) => {
  for (const entry of COMMAND_LIST) {
    const { examples } = await entry.load();
    const lines = formatExamples(examples, width).replaceAll(/ \\\n\s+/g, ' ');
    for (const [line] of examples) expect(lines).toContain(`  ${line}`);
  }
});

test.each([80, 100])('no line is wider than %i', async (width) => {
  for (const entry of COMMAND_LIST) {
    const { examples } = await entry.load();
    for (const line of formatExamples(examples, width).split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  }
});
