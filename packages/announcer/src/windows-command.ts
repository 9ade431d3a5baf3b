import { win32 } from 'node:path';
import { AnnouncerError } from './announcer-error.ts';

/** What Windows can start by itself, and what its command interpreter runs. */
const PROGRAMS: readonly string[] = ['.com', '.exe'];
const SCRIPTS: readonly string[] = ['.bat', '.cmd'];
const DEFAULT_PATHEXT = '.COM;.EXE;.BAT;.CMD';

/** As `spawn` of node:child_process takes it. */
export interface WindowsStart {
  readonly file: string;
  readonly args: readonly string[];
  /** The words stand as they are in the command line, joined by blanks. */
  readonly isVerbatim: boolean;
}

export interface WindowsSurroundings {
  /** `process.env`; names are compared without case. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly isFile: (path: string) => boolean;
}

/**
 * What a command means on Windows: a word without ending is looked for by PATHEXT, here and along PATH (`npm` is `npm.cmd`), and a
 * script is run by cmd.exe, every word of it as one argument. What is not found is left to `spawn`, which says so. Throws an
 * AnnouncerError: `COMMAND_NOT_EXECUTABLE` for what Windows can't start, `COMMAND_FAILED` for a word that no script can be given.
 */
export function planWindowsStart(
  command: string,
  args: readonly string[],
  surroundings: WindowsSurroundings,
): WindowsStart {
  const path = findCommand(command, surroundings);
  if (path === undefined) return { file: command, args, isVerbatim: false };
  const ending = win32.extname(path).toLowerCase();
  if (PROGRAMS.includes(ending)) return { file: path, args, isVerbatim: false };
  if (!SCRIPTS.includes(ending)) {
    throw new AnnouncerError(
      'COMMAND_NOT_EXECUTABLE',
      `command "${command}" is ${path}, which Windows can't run by itself: write the program that runs it first, as in node ${command}`,
    );
  }
  const words = [path, ...args].map(quoteWord).join(' ');
  const root = readVariable(surroundings, 'SystemRoot');
  return {
    file: root === undefined ? 'cmd.exe' : win32.join(root, 'System32', 'cmd.exe'),
    // Extensions are on for quoteWord; with /v:off an exclamation mark is one.
    args: ['/d', '/e:on', '/v:off', '/s', '/c', `"${words}"`],
    isVerbatim: true,
  };
}

/** Where a command is; undefined where there is none. */
export function findCommand(command: string, surroundings: WindowsSurroundings): string | undefined {
  const { folder, isFile } = surroundings;
  const path = (readVariable(surroundings, 'PATH') ?? '').split(';').map((one) => one.replaceAll('"', ''));
  const isHereToo = readVariable(surroundings, 'NoDefaultCurrentDirectoryInExePath') === undefined;
  const along = [...(isHereToo ? [folder] : []), ...path.filter((one) => one !== '')];
  const folders = /[\\/:]/.test(command) ? [folder] : along;
  const endings = (readVariable(surroundings, 'PATHEXT') ?? DEFAULT_PATHEXT).split(';').filter((one) => one !== '');
  // Beside npm.cmd stands npm, a script for other shells.
  const names = [...(win32.extname(command) === '' ? [] : ['']), ...endings].map((ending) => command + ending);
  return folders
    .flatMap((one) => names.map((name) => win32.resolve(folder, one, name)))
    .find((candidate) => isFile(candidate));
}

function readVariable({ environment }: WindowsSurroundings, name: string): string | undefined {
  return Object.entries(environment).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/**
 * One word of a command line that cmd.exe reads, and reads again where the script passes on its words (`%*`): within quotes no
 * character but the percent sign means anything to it. The program that gets the word in the end takes "" within quotes for one,
 * and backslashes for themselves but before a quote.
 */
function quoteWord(word: string): string {
  if (/[\r\n\0]/.test(word)) {
    throw new AnnouncerError(
      'COMMAND_FAILED',
      'a word of the command has a line break, which no Windows script (.cmd, .bat) can be given: write it to a file, or run the program itself',
    );
  }
  if (/^[\w./\\:@+-]*[\w./:@+-]$/.test(word)) return word;
  const escaped = word
    .replace(/(\\*)("|$)/g, (_, slashes: string, quote: string) => `${slashes}${slashes}${quote}${quote}`)
    // %cd:~,% is nothing, and keeps what stands around it from being taken for the name of a variable.
    .replaceAll('%', '%%cd:~,%');
  return `"${escaped}"`;
}
