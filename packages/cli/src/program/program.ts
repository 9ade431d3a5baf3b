import type { Argv } from 'yargs';
import type { Command } from '../commands/command.ts';
import { COMPLETE_WORD } from '../commands/completion/shells.ts';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_OK, EXIT_USAGE } from '../exit/exit-codes.ts';
import { COMMON_OPTIONS } from '../options/common-options.ts';
import type { Option } from '../options/option.ts';
import { findNearest } from '../parse/nearest.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { readEnvironment } from '../settings/environment.ts';
import {
  joinNegativeValues,
  type ParsedWords,
  readFlags,
  refuseBadFlagWords,
  TAKE_COMMANDS,
} from '../settings/flags.ts';
import { refuseValuesNotYet } from '../settings/refuse.ts';
import { Settings } from '../settings/settings.ts';
import { describeStrayVariables, hasUnreadVariable } from '../settings/stray-variables.ts';
import { findUsualKey } from '../settings/usual-key.ts';
import { COMMAND_LIST, type CommandEntry } from './command-list.ts';
import { type Example, formatExamples } from './example-lines.ts';
import { PROGRAM_EXAMPLES, PROGRAM_SUMMARY, WHERE_OPTIONS_STAND } from './program-words.ts';

/** Wider help is harder to read. */
const WIDEST_HELP = 100;

/** Reads the command line and runs the command; resolves with the exit code, rejects with a {@link CliError} for people. */
export async function runProgram(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  if (argv[0] === COMPLETE_WORD) {
    const { completeWords } = await import('./completion.ts');
    for (const word of await completeWords(argv.slice(1))) surroundings.stdout.line(word);
    return EXIT_OK;
  }
  const words = argv[0] === 'help' ? [...argv.slice(1, 2), '--help'] : joinNegativeValues(argv);
  const first = COMMAND_LIST.find((entry) => entry.name === words[0]);
  if (first !== undefined) return runFirst(first, words, surroundings);
  let chosen: { readonly entry: CommandEntry; readonly parsed: ParsedWords } | undefined;
  const program = describeProgram(await createParser(words, surroundings.version));
  for (const entry of COMMAND_LIST) {
    program.command(
      entry.name,
      entry.summary,
      async (builder) => describeCommand(builder, await entry.load()),
      (parsed) => {
        chosen = { entry, parsed };
      },
    );
  }
  const parsed: ParsedWords = await program.parseAsync();
  if (parsed.help === true || parsed.version === true) return EXIT_OK;
  if (chosen === undefined) {
    refuseUnknownCommand(parsed);
    throw new CliError(
      EXIT_USAGE,
      `no command is given; write one of ${listNames().join(', ')} (ambassador --help has examples)`,
    );
  }
  return runCommand(await chosen.entry.load(), words, withoutCommand(chosen.parsed), surroundings);
}

/** A command that stands first, as nearly all do. Yargs would lay out its help text whether somebody asks for it or not. */
async function runFirst(entry: CommandEntry, words: readonly string[], surroundings: Surroundings): Promise<number> {
  const command = await entry.load();
  const parser = describeCommand(await createParser(words.slice(1), surroundings.version), command);
  const parsed: ParsedWords = await parser.parseAsync();
  if (parsed.help === true || parsed.version === true) return EXIT_OK;
  return runCommand(command, words, parsed, surroundings);
}

function withoutCommand(parsed: ParsedWords): ParsedWords {
  const list: unknown = parsed._;
  return { ...parsed, _: Array.isArray(list) ? list.slice(1) : [] };
}

/** Loads the library with it: whoever completes a word does without. */
async function createParser(words: readonly string[], version: string): Promise<Argv> {
  const { default: yargs } = await import('yargs');
  return yargs([...words])
    .scriptName('ambassador')
    .locale('en')
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'populate--': true,
      'short-option-groups': false,
    })
    .exitProcess(false)
    .wrap(measureWidth())
    .version(version)
    .help()
    .alias('h', 'help')
    .fail((message: string, error: Error | undefined) => {
      throw error ?? new CliError(EXIT_USAGE, message);
    });
}

function describeProgram(builder: Argv): Argv {
  return builder
    .usage(`$0 COMMAND: ${PROGRAM_SUMMARY}`)
    .epilogue(describeExamples(PROGRAM_EXAMPLES))
    .epilogue(`\nambassador COMMAND --help says more. ${WHERE_OPTIONS_STAND}`);
}

function describeCommand(builder: Argv, command: Command): Argv {
  builder.usage(`$0 ${command.name} ${command.usage}\n\n${command.summary}`);
  for (const option of command.options) builder.option(option.name, { ...describeOption(option), group: 'Options:' });
  for (const option of COMMON_OPTIONS)
    builder.option(option.name, { ...describeOption(option), group: 'Common options:' });
  builder.epilogue(describeExamples(command.examples));
  if (command.notes !== undefined) builder.epilogue(`\n${command.notes}`);
  return builder;
}

/** Yargs would break a long command in its middle. */
function describeExamples(examples: readonly Example[]): string {
  const lines = examples.map(([line, what]): Example => [`ambassador ${line}`, what]);
  return `Examples:\n${formatExamples(lines, measureWidth())}`;
}

function measureWidth(): number {
  return Math.min(WIDEST_HELP, process.stdout.columns ?? WIDEST_HELP);
}

interface YargsOption {
  readonly type: 'boolean' | 'string';
  readonly describe: string;
  readonly alias?: string;
  readonly defaultDescription?: string;
}

function describeOption(option: Option): YargsOption {
  const choices = option.choices === undefined ? '' : `: ${option.choices.join(', ')}`;
  const byDefault = option.byDefault === undefined ? '' : ` (default: ${option.byDefault})`;
  return {
    type: option.kind === 'flag' ? 'boolean' : 'string',
    ...(option.alias === undefined ? {} : { alias: option.alias }),
    describe: `${option.summary}${choices}${byDefault}`,
  };
}

function listNames(): readonly string[] {
  return COMMAND_LIST.map((entry) => entry.name);
}

function refuseUnknownCommand(parsed: ParsedWords): void {
  const list: unknown = parsed._;
  const [word] = Array.isArray(list) ? list.map(String) : [];
  const names = listNames();
  if (word === undefined) {
    const [option] = Object.keys(parsed).filter((key) => !['_', '$0', '--'].includes(key));
    if (option === undefined) return;
    throw new CliError(
      EXIT_USAGE,
      `--${option} stands before the command; write the command first, such as ambassador proxy redis`,
    );
  }
  const nearest = findNearest(word, names);
  const hint = nearest === undefined ? `write one of ${names.join(', ')}` : `did you mean ${nearest}?`;
  throw new CliError(EXIT_USAGE, `"${word}" is no command; ${hint}`);
}

async function runCommand(
  command: Command,
  argv: readonly string[],
  parsed: ParsedWords,
  surroundings: Surroundings,
): Promise<number> {
  const options = [...command.options, ...COMMON_OPTIONS];
  refuseBadFlagWords(argv, options);
  const flags = readFlags(parsed, command.name, options);
  const { env } = surroundings;
  if (hasUnreadVariable(env, options)) await tellStrayVariables(surroundings);
  const settings = new Settings([flags, readEnvironment(env, options)], [], findUsualKey(env));
  refuseValuesNotYet(settings);
  if (argv.includes('--') && !TAKE_COMMANDS.has(command.name)) {
    throw new CliError(EXIT_USAGE, '"--" goes with announce and run alone; leave it out, and what follows it');
  }
  const list: unknown = parsed._;
  const trailing: unknown = parsed['--'];
  return command.run({
    words: Array.isArray(list) ? list.map(String) : [],
    trailing: Array.isArray(trailing) ? trailing.map(String) : argv.includes('--') ? [] : undefined,
    settings,
    surroundings,
  });
}

/** The options of other commands may stand in the environment, too. */
async function tellStrayVariables({ env, stderr }: Surroundings): Promise<void> {
  const commands = await Promise.all(COMMAND_LIST.map((entry) => entry.load()));
  const options = [...COMMON_OPTIONS, ...commands.flatMap((command) => command.options)];
  for (const sentence of describeStrayVariables(env, options)) stderr.line(`ambassador: ${sentence}`);
}
