import type { Command } from '../commands/command.ts';
import { COMMON_OPTIONS } from '../options/common-options.ts';
import type { Option } from '../options/option.ts';
import type { CommandEntry } from './command-list.ts';
import { breakText, type Example, formatExamples, formatTable, type TableRow } from './example-lines.ts';
import { PROGRAM_EXAMPLES, PROGRAM_SUMMARY, WHERE_OPTIONS_STAND } from './program-words.ts';

const OWN_OPTIONS: readonly TableRow[] = [
  ['    --version', 'Show version number'],
  ['-h, --help', 'Show help'],
];

/** What `ambassador --help` prints; no line is longer than `width` unless one word is. */
export function writeProgramHelp(commands: readonly CommandEntry[], width: number): string {
  return joinParagraphs([
    wrap(`ambassador COMMAND: ${PROGRAM_SUMMARY}`, width),
    writeTable(
      'Commands',
      commands.map(({ name, summary }) => [`ambassador ${name}`, summary]),
      width,
    ),
    writeTable('Options', OWN_OPTIONS, width),
    writeExamples(PROGRAM_EXAMPLES, width),
    wrap(`ambassador COMMAND --help says more. ${WHERE_OPTIONS_STAND}`, width),
  ]);
}

/** What `ambassador COMMAND --help` prints, as wide. */
export function writeCommandHelp(command: Command, width: number): string {
  return joinParagraphs([
    `ambassador ${command.name} ${command.usage}`.trimEnd(),
    wrap(command.summary, width),
    writeTable('Options', [...command.options.map(describeOption), ...OWN_OPTIONS], width),
    writeTable('Common options', COMMON_OPTIONS.map(describeOption), width),
    writeExamples(command.examples, width),
    ...(command.notes === undefined ? [] : [wrap(command.notes, width)]),
  ]);
}

function describeOption({ name, alias, kind, summary, choices, byDefault }: Option): TableRow {
  const value = kind === 'flag' ? '' : kind === 'pairs' ? ' KEY=VALUE' : ' VALUE';
  return [
    `${alias === undefined ? '    ' : `-${alias}, `}--${name}${value}`,
    `${summary}${choices === undefined ? '' : `: ${choices.join(', ')}`}${byDefault === undefined ? '' : ` (default: ${byDefault})`}`,
  ];
}

function writeTable(title: string, rows: readonly TableRow[], width: number): string {
  return `${title}:\n${formatTable(rows, width)}`;
}

function writeExamples(examples: readonly Example[], width: number): string {
  const lines = examples.map(([line, what]): Example => [`ambassador ${line}`, what]);
  return `Examples:\n${formatExamples(lines, width)}`;
}

function wrap(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => breakText(line, width))
    .join('\n');
}

function joinParagraphs(paragraphs: readonly string[]): string {
  return paragraphs.join('\n\n');
}
