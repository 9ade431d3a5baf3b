import type { Duty } from './duty.ts';

/** A command of the system's. */
export interface Step {
  readonly words: readonly string[];
  /** It may have nothing to do, which it calls an error. */
  readonly mayFail?: true;
  /** It is for a file that was changed, or for one that was there already; default: for both. */
  readonly when?: 'changed' | 'same';
}

/** What runs services on a machine, and how it is told of ours. */
export interface ServiceManager {
  readonly name: string;
  /** What it reads. */
  readonly path: string;
  readonly encoding: 'utf8' | 'utf16le';
  /** The file that has it run `ambassador up`. */
  write(duty: Duty): string;
  /** Once the file is there. */
  readonly install: readonly Step[];
  /** While the file is there still. */
  readonly stop: readonly Step[];
  /** Once the file is gone. */
  readonly forget: readonly Step[];
  /** Files and empty folders that the service leaves behind. */
  readonly leftovers: readonly string[];
  /** Folders that are the service's alone, with what it keeps there. */
  readonly state: readonly string[];
  /** Asks whether it runs; a failure says that it does not. */
  readonly query: readonly string[];
  isRunning(printed: string): boolean;
  /** From when on, for people. */
  readonly when: string;
  /** What one types to look at it. */
  readonly look: readonly string[];
}

/** By this its files are known as ours. */
export const SIGNATURE = 'Written by ambassador service install; ambassador service uninstall removes it';

/** What the first lines of a file say of it, each in a comment. */
export function listNotes(config: string): readonly string[] {
  // XML has no two hyphens in a comment.
  return [SIGNATURE, `configuration: ${JSON.stringify(config).replaceAll('--', '-\\u002d')}`];
}

/** The configuration that {@link listNotes} has named in a file; undefined where it names none. */
export function readConfigNote(text: string): string | undefined {
  const [, quoted] = /configuration: ("(?:[^"\\\n]|\\.)*")/.exec(text) ?? [];
  if (quoted === undefined) return undefined;
  try {
    const path: unknown = JSON.parse(quoted);
    return typeof path === 'string' ? path : undefined;
  } catch {
    return undefined;
  }
}
