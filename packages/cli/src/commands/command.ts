import type { Option } from '../options/option.ts';
import type { Surroundings } from '../process/surroundings.ts';
import type { Settings } from '../settings/settings.ts';

/** One command of the program. */
export interface Command {
  readonly name: string;
  /** What stands after the name: `SERVICE... [-- COMMAND ARGS...]`. */
  readonly usage: string;
  readonly summary: string;
  readonly options: readonly Option[];
  /** Command line and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Paragraphs under the examples. */
  readonly notes?: string;
  /** Resolves with the exit code. Rejects with a CliError for all that the user can put right. */
  run(invocation: Invocation): Promise<number>;
}

export interface Invocation {
  /** The words after the command that are no options. */
  readonly words: readonly string[];
  /** What follows `--`; undefined without it. */
  readonly trailing: readonly string[] | undefined;
  readonly settings: Settings;
  readonly surroundings: Surroundings;
}
