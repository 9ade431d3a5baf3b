import { execFile } from 'node:child_process';

/** A program of the system's that takes longer is not waited for. */
const TIMEOUT_MS = 3_000;
const MOST_OUTPUT_BYTES = 262_144;

/** What a program of the system's says; undefined where there is none, where it fails or takes longer than 3 s. Never rejects. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string | undefined>;

/** In English, as far as the program knows any. */
export const runProgram: RunProgram = (program, args) =>
  new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C', LANG: 'C' };
    const limits = { timeout: TIMEOUT_MS, maxBuffer: MOST_OUTPUT_BYTES, windowsHide: true };
    try {
      execFile(program, [...args], { ...limits, env }, (error, stdout) => resolve(error === null ? stdout : undefined));
    } catch {
      resolve(undefined);
    }
  });
