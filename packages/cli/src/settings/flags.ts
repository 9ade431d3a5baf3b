import { CliError } from '../exit/cli-error.ts';
import { EXIT_USAGE } from '../exit/exit-codes.ts';
import type { Option } from '../options/option.ts';
import { findNearest } from '../parse/nearest.ts';
import type { Layer } from './settings.ts';

/** PowerShell takes a bare -- away where it runs a script, as it does with what npm installs. */
export const COMMAND_HINT = 'a command is written behind --, in PowerShell "--"';

/** Commands that run another one, which stands behind `--`. */
export const TAKE_COMMANDS: ReadonlySet<string> = new Set(['announce', 'run']);

/** What yargs made of the words after the command. */
export interface ParsedWords {
  readonly _: readonly string[];
  /** What follows `--`. */
  readonly '--'?: readonly string[] | undefined;
  readonly [option: string]: unknown;
}

/** Splits words into options and others. Loads yargs' parser with it: whoever asks for help or completes a word does without. */
export async function parseWords(words: readonly string[], options: readonly Option[]): Promise<ParsedWords> {
  const { Parser } = await import('yargs/helpers');
  const list = (isFlag: boolean): string[] =>
    options.filter(({ kind }) => (kind === 'flag') === isFlag).map(({ name }) => name);
  const { argv, error } = Parser.detailed([...words], {
    boolean: list(true),
    string: list(false),
    alias: Object.fromEntries(options.flatMap(({ name, alias }) => (alias === undefined ? [] : [[name, alias]]))),
    configuration: {
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'populate--': true,
      'short-option-groups': false,
    },
  });
  if (error !== null) throw new CliError(EXIT_USAGE, error.message);
  return { ...argv, _: argv._.map(String), '--': argv['--']?.map(String) };
}

/** The options among the words. Refuses what is no option of this command, and an option without its value. */
export function readFlags(words: ParsedWords, command: string, options: readonly Option[]): Layer {
  const known = new Map(
    options.flatMap((option) => [option.name, option.alias ?? []].flat().map((name) => [name, option])),
  );
  for (const [name, value] of Object.entries(words)) {
    if (name === '_' || name === '--' || value === undefined) continue;
    const option = known.get(name);
    if (option === undefined) {
      const hint = TAKE_COMMANDS.has(command) && isCommandMeant(words) ? `; ${COMMAND_HINT}` : '';
      throw new CliError(EXIT_USAGE, `${describeUnknown(name, command, known.keys())}${hint}`);
    }
    if (option.kind !== 'flag' && listTexts(value).includes('')) {
      throw new CliError(
        EXIT_USAGE,
        `--${name} has no value; write it as in --${name} VALUE (ambassador ${command} --help)`,
      );
    }
  }
  return {
    find(name) {
      const value = words[name];
      if (value === undefined) return [];
      return listTexts(value).map((text) => ({ text, origin: `--${name}`, exitCode: EXIT_USAGE }));
    },
  };
}

/** `web:8000 python3 -m http.server`: more words, the last of which name no port, and no "--" before them. */
function isCommandMeant(words: ParsedWords): boolean {
  return words['--'] === undefined && words._.slice(1).some((word) => !/[:=]/.test(word));
}

/** `--timeout -3s` is a wrong value, not an option -3: joins the two words, so that the value is what is refused. */
export function joinNegativeValues(argv: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const [at, word] of argv.entries()) {
    const previous = joined.at(-1) ?? '';
    if (word === '--') return [...joined, ...argv.slice(at)];
    if (/^-\d/.test(word) && /^--[a-z-]+$/.test(previous)) joined[joined.length - 1] = `${previous}=${word}`;
    else joined.push(word);
  }
  return joined;
}

/** yargs takes `--json=maybe` for false; a flag's value must be one of two words. */
export function refuseBadFlagWords(argv: readonly string[], options: readonly Option[]): void {
  for (const word of argv) {
    if (word === '--') return;
    const match = /^--([^=]+)=(.*)$/s.exec(word);
    const isFlag = options.some((option) => option.kind === 'flag' && option.name === match?.[1]);
    if (isFlag && !/^(?:true|false)$/.test(match?.[2] ?? '')) {
      throw new CliError(
        EXIT_USAGE,
        `--${match?.[1]}: "${match?.[2]}" is neither true nor false; write --${match?.[1]} alone, or leave it out`,
      );
    }
  }
}

/** Word processors and chats make these of hyphens. */
const DASHES = '\u2010-\u2015\u2212';
const DASHED = new RegExp(`^[${DASHES}]-?(?<name>[a-z][a-z-]*(?:=.*)?)?$`, 'is');

/** `—check redis` names an option, and no service. */
export function refuseDashes(argv: readonly string[], options: readonly Option[]): void {
  for (const [at, word] of argv.entries()) {
    if (word === '--') return;
    const isValue = options.some(({ kind, name }) => kind !== 'flag' && argv[at - 1] === `--${name}`);
    const match = isValue ? null : DASHED.exec(word);
    if (match === null) continue;
    const name = match.groups?.name ?? '';
    throw new CliError(
      EXIT_USAGE,
      `"${word}" begins with a dash that stands for no hyphen; write ${name.length === 1 ? '-' : '--'}${name}`,
    );
  }
}

/** Under these names people write secrets, which everybody on the machine can read there. */
const SECRET_NAMES: ReadonlySet<string> = new Set(['password', 'pass', 'token', 'secret', 'auth', 'bearer']);

function describeUnknown(name: string, command: string, known: Iterable<string>): string {
  if (SECRET_NAMES.has(name)) {
    return `--${name}: secrets never stand on a command line; write them in a file of mode 600, and its path as passwordFile in the file of --credentials`;
  }
  const dashes = name.length === 1 ? '-' : '--';
  const nearest = findNearest(name, known);
  const hint = nearest === undefined ? '' : `; did you mean --${nearest}?`;
  return `${dashes}${name} is no option of ambassador ${command}${hint === '' ? `; ambassador ${command} --help lists them` : hint}`;
}

function listTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}
