import * as codes from '../../exit/exit-codes.ts';
import type { Option } from '../../options/option.ts';
import type { Example } from '../example-lines.ts';
import {
  bold,
  escapeRoff,
  italic,
  type ManualEntry,
  writeEntries,
  writeSection,
  writeText,
  writeVerbatim,
} from './roff.ts';

const EXIT_STATUS: readonly (readonly [code: number, meaning: string])[] = [
  [codes.EXIT_OK, 'Done, or stopped in order by SIGINT or SIGTERM.'],
  [codes.EXIT_USAGE, 'Wrong usage.'],
  [codes.EXIT_NO_INPUT, 'A file or a command that was named is missing or unreadable.'],
  [codes.EXIT_UNAVAILABLE, 'Nothing was found, or nobody could be reached in time.'],
  [codes.EXIT_INTERNAL, 'A fault of ambassador itself.'],
  [codes.EXIT_REFUSED, 'Refused for safety, or by the permissions of the system.'],
  [codes.EXIT_CONFIG, 'The configuration file is wrong.'],
];

export function describeExitStatus(): readonly string[] {
  return writeSection(
    'EXIT STATUS',
    writeEntries(EXIT_STATUS.map(([code, text]) => ({ term: bold(`${code}`), text }))),
  );
}

export function describeOptions(title: string, options: readonly Option[]): readonly string[] {
  return writeSection(title, writeEntries(options.map(describeOption)));
}

export function describeExamples(examples: readonly Example[]): readonly string[] {
  return writeSection(
    'EXAMPLES',
    examples.flatMap(([line, what], index) => [
      ...(index === 0 ? [] : ['.PP']),
      ...writeText(`${what}:`),
      ...writeVerbatim([`ambassador ${line}`]),
    ]),
  );
}

function describeOption({ name, alias, kind, summary, choices, byDefault }: Option): ManualEntry {
  const value = kind === 'flag' ? '' : ` ${italic(kind === 'pairs' ? 'KEY=VALUE' : 'VALUE')}`;
  const short = alias === undefined ? '' : `${bold(`-${alias}`)}, `;
  return { term: `${short}${bold(`--${name}`)}${value}`, text: describeValue(summary, choices, byDefault) };
}

/** Each sentence on a line. */
export function describeValue(
  summary: string,
  choices: readonly string[] | undefined,
  byDefault: string | undefined,
): string {
  return [
    endSentence(summary),
    ...(choices === undefined ? [] : [`One of: ${choices.join(', ')}.`]),
    ...(byDefault === undefined ? [] : [endSentence(`Default: ${byDefault}`)]),
  ].join('\n');
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Pages that belong together, with commas between. */
export function describeSeeAlso(pages: readonly string[]): readonly string[] {
  return writeSection(
    'SEE ALSO',
    pages.map((page, index) => (index < pages.length - 1 ? `${page},` : page)),
  );
}

/** `SERVICE... [-- COMMAND]`: words in capitals are replaced, the others are typed. */
export function describeSynopsis(words: string): readonly string[] {
  const marked = escapeRoff(words).replaceAll(/\b[A-Z]{2,}\b/g, '\\fI$&\\fR');
  return writeSection('SYNOPSIS', [marked.replace(/^ambassador(?: [a-z]+)?/, '\\fB$&\\fR')]);
}
