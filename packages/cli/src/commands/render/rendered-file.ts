import { CliError } from '../../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_INTERNAL } from '../../exit/exit-codes.ts';
import { quoteShellWord, type RunCommandLine } from './shell.ts';
import { type SwapOutcome, swapFile } from './swap-file.ts';

export interface RenderedFileOptions {
  readonly file: string;
  /** A command line that accepts or refuses a candidate: its path stands for `{}`, or at the end. */
  readonly check?: string | undefined;
  /** A command line that makes the other program read the file. */
  readonly reload?: string | undefined;
  readonly platform: NodeJS.Platform;
  readonly runCommandLine: RunCommandLine;
  /** Puts the candidate in the place of the file, in one step; rename(2) unless said. */
  readonly replace?: (candidate: string, target: string) => Promise<void>;
}

/** The file that another program reads. */
export class RenderedFile {
  readonly #options: RenderedFileOptions;
  /** The file is new, and who reads it does not know yet. */
  #isReloadOwed = false;

  constructor(options: RenderedFileOptions) {
    this.#options = options;
  }

  /**
   * Checks, swaps, reloads. A text that the file holds already touches nothing, unless the reload before failed. Rejects with
   * a CliError: 78 when the check refuses (the old file stays), 70 when the reload fails (the new file stays).
   */
  async put(text: string): Promise<SwapOutcome> {
    const { file, replace } = this.#options;
    const outcome = await swapFile(file, text, (candidate) => this.#check(candidate), replace);
    if (outcome !== 'unchanged') this.#isReloadOwed = true;
    if (this.#isReloadOwed) await this.#reload();
    return outcome;
  }

  async #check(candidate: string): Promise<void> {
    const { check, file, platform, runCommandLine } = this.#options;
    if (check === undefined) return;
    const word = quoteShellWord(candidate, platform);
    const { isOk, end, output } = await runCommandLine(
      check.includes('{}') ? check.replaceAll('{}', () => word) : `${check} ${word}`,
    );
    if (isOk) return;
    throw new CliError(EXIT_CONFIG, `--check: "${check}" refused what is new (${end}); ${file} stays as it was`, {
      output,
    });
  }

  async #reload(): Promise<void> {
    const { reload, file, runCommandLine } = this.#options;
    if (reload !== undefined) {
      const { isOk, end, output } = await runCommandLine(reload);
      if (!isOk) {
        throw new CliError(
          EXIT_INTERNAL,
          `--reload: "${reload}" failed (${end}); ${file} is new, and is not in use before a reload succeeds`,
          { output },
        );
      }
    }
    this.#isReloadOwed = false;
  }
}
