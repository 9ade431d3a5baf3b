import type { Faults } from './faults.ts';
import type { Printer, PrinterStream } from './output/printer.ts';
import type { Option } from './settings/option.ts';
import type { Settings } from './settings/settings.ts';
import type { Shutdown } from './signals.ts';

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

/** What a command sees of the process it runs in. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly version: string;
  readonly pid: number;
  readonly stdout: Printer;
  readonly stderr: Printer;
  /** Where the log goes. */
  readonly logStream: PrinterStream;
  readonly shutdown: Shutdown;
  readonly faults: Faults;
}
