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

/** Containers run Linux, whatever this is: macOS and Windows have other numbers (man 7 signal; those of x86 and ARM). */
const LINUX_SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
};

/** Signals that tell a program something and do not end it, unless they are its stop signal. */
const HARMLESS: readonly string[] = [
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGCHLD',
  'SIGCONT',
  'SIGURG',
  'SIGWINCH',
  'SIGSTOP',
  'SIGTSTP',
];

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
  const name = signal.toUpperCase();
  return LINUX_SIGNALS[name] ?? LINUX_SIGNALS[`SIG${name}`];
}
