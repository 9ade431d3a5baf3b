import { systemClock } from '@mdns-ambassador/mdns';
import { Turns } from '@mdns-ambassador/relay';
import { readConfigText } from '../../config/read-config.ts';
import type { Daemon, Follower } from '../../daemon/daemon.ts';
import type { PartsChange } from '../../daemon/part-set.ts';
import { watchFile } from '../../daemon/watch-file.ts';
import { CliError } from '../../exit/cli-error.ts';
import { type FilePlan, listChangedKeys } from '../../requests/file-plan.ts';

/** Between two readings of the file. */
const RELOAD_INTERVAL_MS = 500;

export interface FollowedFileOptions {
  readonly daemon: Daemon;
  readonly file: string;
  /** What the daemon began with. */
  readonly text: string;
  readonly plan: FilePlan;
  /** Throws a CliError where the text is no plan. */
  readonly readPlan: (text: string) => FilePlan;
}

/** The file of `up`: what it becomes is what the daemon does. A broken one is told of, and what was before goes on. */
export class FollowedFile {
  readonly #options: FollowedFileOptions;
  readonly #reloads: Turns;
  /** What was read last, right or wrong: it is not read twice unless asked for. */
  #text: string;
  #isAsked = false;

  constructor(options: FollowedFileOptions) {
    this.#options = options;
    this.#text = options.text;
    this.#reloads = new Turns(() => this.#reload(), { clock: systemClock, leastMs: RELOAD_INTERVAL_MS });
  }

  /** As SIGHUP asks for: the secrets, and the file even if it is as before. */
  readAgain(): void {
    const { daemon } = this.#options;
    this.#isAsked = true;
    daemon.refreshSecrets();
    if (daemon.lifecycle.phase === 'running') this.#reloads.request();
  }

  /** From now on, beginning with what came while the daemon started. */
  follow(): Follower {
    const { daemon, file } = this.#options;
    const unwatch = watchFile(
      file,
      systemClock,
      () => this.#reloads.request(),
      (reason) => {
        daemon.log.warn({ file, reason }, 'the file is not watched (any more): SIGHUP makes it be read again');
      },
    );
    this.#reloads.request();
    return {
      close: () => {
        unwatch();
        return this.#reloads.close();
      },
    };
  }

  async #reload(): Promise<void> {
    const { daemon, file, plan, readPlan } = this.#options;
    const wasAsked = this.#isAsked;
    this.#isAsked = false;
    try {
      const text = readConfigText(file, 'again');
      if (text === this.#text && !wasAsked) return;
      this.#text = text;
      const next = readPlan(text);
      for (const key of listChangedKeys(plan, next)) {
        daemon.reporter.tell(`${key} in ${file} takes effect at the next start`, {
          event: 'restart-needed',
          file,
          key,
        });
      }
      const change = await daemon.change(next);
      if (daemon.lifecycle.phase === 'running') this.#tellReloaded(change);
      for (const error of change.errors) this.#tellFailure(error, 'not started');
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      this.#tellFailure(error, 'not reloaded, what was before goes on');
    }
  }

  #tellReloaded({ kept, changed, added, removed }: PartsChange): void {
    const { daemon, file } = this.#options;
    const line = `reloaded ${file}: ${kept} unchanged, ${changed} changed, ${added} added, ${removed} removed`;
    daemon.reporter.tell(line, { event: 'reloaded', file, kept, changed, added, removed });
  }

  #tellFailure({ message }: CliError, what: string): void {
    const { daemon, file } = this.#options;
    daemon.reporter.tell(`${what}: ${message}`, { event: 'reload-failed', file, reason: message });
  }
}
