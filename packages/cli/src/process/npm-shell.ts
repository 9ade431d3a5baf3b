/** How soon it is known that the shell has ended. */
const LOOK_MS = 500;
/** Leaves a process behind on purpose. */
const IN_BACKGROUND = /(?:^|[^&>])&(?:\s|$)|\bnohup\b|\bsetsid\b/;

/**
 * Calls `onEnded` once the shell has ended from which npx, or npm for a script, has started this program. Told to end, they tell that shell
 * alone, which passes nothing on: the port and the announcement would stay. Keeps no process from ending. `readParent`: the number of
 * the parent process, which is another one when the first has ended.
 */
export function watchNpmShell(env: NodeJS.ProcessEnv, readParent: () => number, onEnded: () => void): void {
  if (!isStartedByNpm(env)) return;
  const parent = readParent();
  const timer = setInterval(() => {
    if (readParent() === parent) return;
    clearInterval(timer);
    onEnded();
  }, LOOK_MS).unref();
}

/** What a script starts may start others, which have the same environment: its text says what it was. */
function isStartedByNpm({ npm_lifecycle_script: script = '' }: NodeJS.ProcessEnv): boolean {
  return /\bambassador\b/.test(script) && !IN_BACKGROUND.test(script);
}
