import { execFile } from 'node:child_process';

/** A program of the system's that takes longer is not waited for. */
const TIMEOUT_MS = 3_000;
const MOST_OUTPUT_BYTES = 262_144;
/** More of what a program complains of is not repeated. */
const LONGEST_REASON = 300;

/** What a program of the system's says; undefined where there is none, where it fails or takes longer than 3 s. Never rejects. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string | undefined>;

/** How a program of the system's ended. `reason` for people, in one line. */
export type Ending =
  | { readonly kind: 'done'; readonly printed: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** As {@link RunProgram}; one that changes something may take longer: `timeoutMs`. */
export async function runProgram(
  program: string,
  args: readonly string[],
  timeoutMs: number = TIMEOUT_MS,
): Promise<string | undefined> {
  const ending = await awaitProgram(program, args, timeoutMs);
  return ending.kind === 'done' ? ending.printed : undefined;
}

/** In English, as far as the program knows any; nothing is asked of who types. Never rejects. */
export function awaitProgram(program: string, args: readonly string[], timeoutMs: number): Promise<Ending> {
  const env = { ...process.env, LC_ALL: 'C', LANG: 'C' };
  const limits = { timeout: timeoutMs, maxBuffer: MOST_OUTPUT_BYTES, windowsHide: true };
  return new Promise((resolve) => {
    try {
      const child = execFile(program, [...args], { ...limits, env }, (error, printed, complaint) =>
        resolve(
          error === null
            ? { kind: 'done', printed }
            : { kind: 'failed', reason: explain(error, complaint, printed, timeoutMs) },
        ),
      );
      child.stdin?.end();
    } catch (error) {
      resolve({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    }
  });
}

function explain(
  error: Error & { readonly code?: unknown; readonly killed?: boolean },
  complaint: string,
  printed: string,
  timeoutMs: number,
): string {
  if (error.code === 'ENOENT') return 'there is no such program here';
  if (error.killed === true) return `it took longer than ${timeoutMs / 1_000} s`;
  const said = [complaint, printed].map((text) => text.trim().replace(/\s*\n\s*/g, ' ')).find((text) => text !== '');
  return said?.slice(0, LONGEST_REASON) ?? `it ended with ${String(error.code ?? 'a signal')}`;
}
