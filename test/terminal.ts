import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { AMBASSADOR } from './ambassador.ts';

/** A shell in tmux, in which `amb` is the built command line. */
export class Terminal implements AsyncDisposable {
  readonly #host: Host;

  private constructor(host: Host) {
    this.#host = host;
  }

  /** `command` runs it, as a shell reads that. */
  static async open(
    host: Host,
    columns: number,
    rows: number,
    command = `${process.execPath} ${AMBASSADOR}`,
  ): Promise<Terminal> {
    const terminal = new Terminal(host);
    await host.read('tee', ['/run/amb'], { input: `#!/bin/sh\nexec ${command} "$@"\n` });
    await host.read('chmod', ['755', '/run/amb']);
    const shell = `exec env PATH="/run:$PATH" PS1='$ ' sh`;
    await terminal.tmux('new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, shell);
    await expect.poll(() => terminal.show()).toBe('$');
    return terminal;
  }

  readonly tmux = async (...args: readonly string[]): Promise<string> =>
    await this.#host.read('tmux', ['-S', '/run/tmux', '-f', '/dev/null', ...args]);

  async type(command: string): Promise<void> {
    await this.tmux('send-keys', command, 'Enter');
  }

  /** Of two sizes within 250 ms tmux gives a program the second when they are over: it waits until a program sees `columns`. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
    const device = (await this.tmux('display-message', '-p', '#{pane_tty}')).trim();
    const size = async (): Promise<string> => (await this.#host.read('stty', ['-F', device, 'size'])).trim();
    await expect.poll(size).toBe(`${rows} ${columns}`);
  }

  /** What is on the screen; with `-e`, its colours as well. */
  async show(...how: readonly string[]): Promise<string> {
    return (await this.tmux('capture-pane', '-p', ...how)).trimEnd();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#host.run('tmux', ['-S', '/run/tmux', 'kill-server']);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
