import { isatty } from 'node:tty';

/** The terminal of a command that draws all of it, and hears each key. */
export interface Screen {
  /** Lines without their ends, none wider than the terminal; what was there is overwritten. */
  draw(lines: readonly string[]): void;
  /** Gives the terminal back, until the process is continued. */
  suspend(): void;
  /** Idempotent. */
  close(): void;
}

export interface ScreenEvents {
  /** What was typed, as the terminal says it. */
  readonly onInput: (input: string) => void;
  /** It is to be drawn anew: it has another size, or was away. */
  readonly onChange: () => void;
}

/** ECMA-48, and the private modes of xterm that Windows' terminals know too: the other screen, and no cursor. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[H\u001b[2J';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** Takes the terminal that standard input and output are. It is given back when the process ends, however that is; Windows suspends none. */
export function openScreen(platform: NodeJS.Platform, { onInput, onChange }: ScreenEvents): Screen {
  const { stdin, stdout } = process;
  let isOpen = false;
  const enter = (): void => {
    isOpen = true;
    stdin.setRawMode(true);
    stdout.write(ENTER);
  };
  const leave = (): void => {
    if (!isOpen) return;
    isOpen = false;
    stdout.write(LEAVE);
    // A terminal that was closed has no mode to go back to.
    if (isatty(0)) stdin.setRawMode(false);
  };
  const resume = (): void => {
    enter();
    onChange();
  };
  stdin.setEncoding('utf8').on('data', onInput).resume();
  stdout.on('resize', onChange);
  process.on('exit', leave);
  enter();
  return {
    draw(lines) {
      // Whoever does not read gets the next one.
      if (!isOpen || stdout.writableLength > 0) return;
      stdout.write(formatFrame(lines));
    },
    suspend() {
      if (platform === 'win32') return;
      leave();
      process.once('SIGCONT', resume);
      process.kill(process.pid, 'SIGTSTP');
    },
    close() {
      leave();
      stdin.off('data', onInput).pause();
      stdout.off('resize', onChange);
      process.off('exit', leave);
      process.off('SIGCONT', resume);
    },
  };
}

/** What was there is cleared before each text: behind one as wide as the terminal, the cursor of xterm stands on its last character. */
export function formatFrame(lines: readonly string[]): string {
  const last = lines.length - 1;
  return HOME + lines.map((line, index) => (index < last ? CLEAR_LINE : CLEAR_BELOW) + line).join('\r\n');
}
