import type { Keyboard } from '@mdns-ambassador/announcer';
import type { Terminal } from './held-terminal.ts';

/** What is used of the process. */
interface Console extends Terminal {
  readonly platform: NodeJS.Platform;
}

/**
 * The terminal, where its Ctrl-C would reach also the commands that we start: on Windows all who share a console get it, whatever group they
 * are in. Elsewhere, and where standard input is none, undefined. While it is held, lines are edited and shown here, as a terminal does.
 */
export async function findKeyboard(console: Console): Promise<Keyboard | undefined> {
  if (console.platform !== 'win32' || console.stdin.isTTY !== true) return undefined;
  const { holdTerminal } = await import('./held-terminal.ts');
  return { hold: (holder) => holdTerminal(console, holder) };
}
