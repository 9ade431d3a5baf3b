import type { Command } from '../commands/command.ts';
import { COMPLETE_WORD } from '../commands/completion/shells.ts';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_OK, EXIT_USAGE } from '../exit/exit-codes.ts';
import { COMMON_OPTIONS } from '../options/common-options.ts';
import { findNearest } from '../parse/nearest.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { readEnvironment } from '../settings/environment.ts';
import {
  joinNegativeValues,
  type ParsedWords,
  parseWords,
  readFlags,
  refuseBadFlagWords,
  refuseDashes,
  TAKE_COMMANDS,
} from '../settings/flags.ts';
import { Settings } from '../settings/settings.ts';
import { describeStrayVariables, hasUnreadVariable } from '../settings/stray-variables.ts';
import { findUsualKey } from '../settings/usual-key.ts';
import { COMMAND_LIST, type CommandEntry } from './command-list.ts';
import { writeCommandHelp, writeProgramHelp } from './help.ts';

/** Wider help is harder to read. */
const WIDEST_HELP = 100;

/** Reads the command line and runs the command; resolves with the exit code, rejects with a {@link CliError} for people. */
export async function runProgram(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, version } = surroundings;
  if (argv[0] === COMPLETE_WORD) {
    const { completeFor } = await import('./completion.ts');
    const { findSeen } = await import('../network/seen/find-seen.ts');
    const [, shell = '', ...typed] = argv;
    for (const word of await completeFor(shell, typed, () => findSeen(surroundings))) stdout.line(word);
    return EXIT_OK;
  }
  const words = argv[0] === 'help' ? [...argv.slice(1, 2), '--help'] : joinNegativeValues(argv);
  const { entry, others } = await findCommand(words);
  const command = await entry?.load();
  if (asksFor(['--help', '-h'], others)) {
    const width = Math.min(WIDEST_HELP, stdout.size.columns);
    stdout.text(command === undefined ? writeProgramHelp(COMMAND_LIST, width) : writeCommandHelp(command, width));
    return EXIT_OK;
  }
  if (asksFor(['--version'], others)) {
    stdout.line(version);
    return EXIT_OK;
  }
  if (command === undefined) return refuseUnknownCommand(await parseWords(others, COMMON_OPTIONS));
  return runCommand(command, others, surroundings);
}

/** The command, which stands first or behind options of every command, and the words but for its name. */
async function findCommand(
  words: readonly string[],
): Promise<{ readonly entry?: CommandEntry; readonly others: readonly string[] }> {
  const [first = ''] = words;
  const isOption = first.startsWith('-') && !asksFor(['--help', '-h', '--version'], [first]);
  const name = isOption ? (await parseWords(words, COMMON_OPTIONS))._[0] : first;
  const entry = COMMAND_LIST.find((each) => each.name === name);
  return entry === undefined ? { others: words } : { entry, others: words.toSpliced(words.indexOf(entry.name), 1) };
}

/** Whether one of these options is among the words, before what follows `--`. */
function asksFor(options: readonly string[], words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end < 0 ? undefined : end).some((word) => options.includes(word));
}

function refuseUnknownCommand(parsed: ParsedWords): never {
  const [word] = parsed._;
  const names = COMMAND_LIST.map((entry) => entry.name);
  if (word === undefined) {
    const [option] = Object.keys(parsed).filter((key) => !['_', '--'].includes(key));
    if (option === undefined) {
      throw new CliError(
        EXIT_USAGE,
        `no command is given; write one of ${names.join(', ')} (ambassador --help has examples)`,
      );
    }
    throw new CliError(
      EXIT_USAGE,
      `--${option} stands before the command; write the command first, such as ambassador proxy redis`,
    );
  }
  const nearest = findNearest(word, names);
  const hint = nearest === undefined ? `write one of ${names.join(', ')}` : `did you mean ${nearest}?`;
  throw new CliError(EXIT_USAGE, `"${word}" is no command; ${hint}`);
}

async function runCommand(command: Command, argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const options = [...command.options, ...COMMON_OPTIONS];
  const parsed = await parseWords(argv, options);
  refuseBadFlagWords(argv, options);
  refuseDashes(argv, options);
  const flags = readFlags(parsed, command.name, options);
  const { env } = surroundings;
  if (hasUnreadVariable(env, options)) await tellStrayVariables(surroundings);
  const settings = new Settings([flags, readEnvironment(env, options)], [], findUsualKey(env));
  if (argv.includes('--') && !TAKE_COMMANDS.has(command.name)) {
    throw new CliError(EXIT_USAGE, '"--" goes with announce and run alone; leave it out, and what follows it');
  }
  return command.run({
    words: parsed._,
    trailing: parsed['--'] ?? (argv.includes('--') ? [] : undefined),
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
