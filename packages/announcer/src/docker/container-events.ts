/** What a daemon's event means here. */
export type ContainerEvent =
  /** It was sent a signal that ends it: it dies soon. */
  | { readonly kind: 'ending'; readonly id: string }
  /** It starts, however it ended before. */
  | { readonly kind: 'starting'; readonly id: string }
  /** Something changed: look. */
  | { readonly kind: 'changed' };

const CHANGES: readonly string[] = ['die', 'destroy', 'pause', 'unpause', 'rename', 'update', 'stop', 'oom', 'restart'];
const STARTS: readonly string[] = ['create', 'start'];

/** By their numbers, from 1. Containers run Linux, whatever this is: macOS and Windows have others (man 7 signal; those of x86 and ARM). */
const LINUX_SIGNALS: readonly string[] = (
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG ' +
  'XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'
).split(' ');

/** Signals that tell a program something and do not end it, unless they are its stop signal. */
const HARMLESS: readonly string[] = ['HUP', 'USR1', 'USR2', 'CHLD', 'CONT', 'URG', 'WINCH', 'STOP', 'TSTP'];

/** Undefined for what does not matter. `findStopSignal`: of a container, undefined where it is not known. */
export function readContainerEvent(
  value: unknown,
  findStopSignal: (id: string) => string | undefined,
): ContainerEvent | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { Action, Actor } = value as { readonly Action?: unknown; readonly Actor?: unknown };
  if (typeof Action !== 'string' || typeof Actor !== 'object' || Actor === null) return undefined;
  const { ID, Attributes } = Actor as { readonly ID?: unknown; readonly Attributes?: unknown };
  if (typeof ID !== 'string') return undefined;
  if (Action === 'kill') {
    const signal = (Attributes as { readonly signal?: unknown } | undefined)?.signal;
    return isEnding(String(signal ?? ''), findStopSignal(ID)) ? { kind: 'ending', id: ID } : undefined;
  }
  if (STARTS.includes(Action)) return { kind: 'starting', id: ID };
  return CHANGES.includes(Action) || Action.startsWith('health_status') ? { kind: 'changed' } : undefined;
}

/** `signal`: a number, as the daemon has it, or a name. */
function isEnding(signal: string, stopSignal: string | undefined): boolean {
  const number = numberOf(signal);
  if (stopSignal !== undefined && numberOf(stopSignal) === number) return true;
  return !HARMLESS.some((name) => numberOf(name) === number);
}

function numberOf(signal: string): number | undefined {
  if (/^\d+$/.test(signal)) return Number(signal);
  const index = LINUX_SIGNALS.indexOf(signal.toUpperCase().replace(/^SIG/, ''));
  return index === -1 ? undefined : index + 1;
}
