import type { Keyboard } from '@mdns-ambassador/announcer';

/** What is used of the process. */
interface Console {
  readonly platform: NodeJS.Platform;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** What is typed is shown there, if that is a terminal. */
  readonly stdout?: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * The terminal, where its Ctrl-C would reach also the commands that we start: on Windows all who share a console get it, whatever group they
 * are in. Elsewhere, and where standard input is none, undefined. While it is held, lines are edited and shown here, as a terminal does.
 */
export async function findKeyboard(console: Console): Promise<Keyboard | undefined> {
  if (console.platform !== 'win32' || console.stdin.isTTY !== true) return undefined;
  const { stdin, stdout } = console;
  const { createInterface } = await import('node:readline');
  return {
    hold({ onInterrupt, onLine, onEnd }) {
      const lines = createInterface({
        input: stdin,
        ...(stdout?.isTTY === true ? { output: stdout } : {}),
        terminal: true,
        prompt: '',
        historySize: 0,
      });
      let isHeld = true;
      lines.on('SIGINT', onInterrupt);
      lines.on('line', (line) => onLine(`${line}\n`));
      lines.on('close', () => {
        if (isHeld) onEnd();
      });
      return () => {
        isHeld = false;
        lines.close();
      };
    },
  };
}
