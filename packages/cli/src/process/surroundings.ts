import type { Keyboard } from '@mdns-ambassador/announcer';
import type { Printer, PrinterStream } from '../output/printer.ts';
import type { Shutdown } from './signals.ts';
import type { UncaughtErrors } from './uncaught-errors.ts';

/** What a command sees of the process it runs in. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly version: string;
  readonly pid: number;
  /** Standard input is a terminal, on which a command may be typed at. */
  readonly isOnTerminal: boolean;
  readonly stdout: Printer;
  readonly stderr: Printer;
  /** Where the log goes. */
  readonly logStream: PrinterStream;
  /** What is to be held while a command runs. */
  readonly keyboard: Keyboard | undefined;
  readonly shutdown: Shutdown;
  readonly faults: UncaughtErrors;
}
