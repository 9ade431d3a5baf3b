import { createInterface } from 'node:readline';
import type { Keyboard } from '@mdns-ambassador/announcer';

export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** What is typed is shown there, if that is a terminal. */
  readonly stdout?: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Edits and shows lines as a terminal does, until the returned function is called. Its own file, as it is loaded where it is needed. */
export function holdTerminal(
  { stdin, stdout }: Terminal,
  { onInterrupt, onLine, onEnd }: Parameters<Keyboard['hold']>[0],
): () => void {
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
}
