import { expect, test } from 'vitest';
import type { Command } from '../../src/commands/command.ts';
import { COMMAND_LIST } from '../../src/program/command-list.ts';
import { writeCommandHelp, writeProgramHelp } from '../../src/program/help.ts';

const COMMAND: Command = {
  name: 'paint',
  usage: 'WALL...',
  summary: 'Paint walls. WALL is the name of one.',
  options: [
    { name: 'colour', kind: 'text', summary: 'What it is painted in', choices: ['red', 'blue'], byDefault: 'red' },
    { name: 'output', alias: 'o', kind: 'text', summary: 'FILE to write' },
    { name: 'dry', kind: 'flag', summary: 'Change nothing' },
    { name: 'txt', kind: 'pairs', summary: 'What else is said of it' },
  ],
  examples: [['paint north --colour blue', 'a blue wall']],
  notes: 'Wet walls are left alone.',
  run: async () => 0,
};

test('help says how a command is written, what each option takes, and its default', () => {
  const [ofCommand] = writeCommandHelp(COMMAND, 76).split('\n\nCommon options:\n');
  expect(ofCommand).toBe(`ambassador paint WALL...

Paint walls. WALL is the name of one.

Options:
      --colour VALUE   What it is painted in: red, blue (default: red)
  -o, --output VALUE   FILE to write
      --dry            Change nothing
      --txt KEY=VALUE  What else is said of it
      --version        Show version number
  -h, --help           Show help`);
  expect(writeCommandHelp(COMMAND, 76).split('\n\n').slice(-2)).toEqual([
    'Examples:\n  ambassador paint north --colour blue  a blue wall',
    'Wet walls are left alone.',
  ]);
});

test('where there is little room, what an option does stands under it', () => {
  expect(writeCommandHelp(COMMAND, 40)).toContain('\n      --colour VALUE\n      What it is painted in: red, blue\n');
});

test.each([80, 100])('no line of any help is wider than %i, and each option of a command is in it', async (width) => {
  expect(COMMAND_LIST.length).toBeGreaterThan(10);
  const texts = [writeProgramHelp(COMMAND_LIST, width)];
  for (const entry of COMMAND_LIST) {
    const command = await entry.load();
    const help = writeCommandHelp(command, width);
    for (const { name } of command.options) expect(help).toMatch(new RegExp(`--${name}(?: VALUE| KEY=VALUE)?\\n? `));
    const [, ...behindUsage] = help.split('\n');
    texts.push(...behindUsage);
  }
  for (const line of texts.join('\n').split('\n')) {
    if (!/^ *\S+$/.test(line)) expect(line.length, line).toBeLessThanOrEqual(width);
  }
});
