import { CliError } from '../exit/cli-error.ts';

/** Is told of an error of our own, and the how-manieth it is. */
export type TellFault = (error: unknown, count: number) => void;

/**
 * Errors of our own that nobody caught. Whoever met one has ended the connection, the look or the packet that it was about; a command
 * that serves others tells of it, and goes on. Other commands end.
 */
export class UncaughtErrors {
  #tell: TellFault | undefined;
  #count = 0;

  /** From now on they are told instead of ending the process. */
  survive(tell: TellFault): void {
    this.#tell = tell;
  }

  /** Whether it was survived. */
  take(error: unknown): boolean {
    // Says what the user can put right.
    if (this.#tell === undefined || error instanceof CliError) return false;
    this.#count += 1;
    try {
      this.#tell(error, this.#count);
    } catch {
      // Who can't be told is not told.
    }
    return true;
  }
}
