/** What this file needs of the process. */
export interface SignalSource {
  readonly platform: NodeJS.Platform;
  listenerCount(signal: NodeJS.Signals): number;
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

export interface SignalOptions {
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  /** Standard input, output or error is a terminal: nobody took it away from there, as nohup and services do. */
  readonly isAttached: boolean;
  /** Whether the process has a terminal now. */
  readonly hasTerminal: () => boolean;
}

/** The user's wish that the command ends. */
export interface Shutdown {
  /** Aborted by the first signal: drain, say goodbye, end with 0. `reason` is the signal's name. */
  readonly signal: AbortSignal;
  /** From now on every signal goes to `receive` instead, those that were to come first. */
  delegate(receive: (signal: PassedSignal) => void): void;
  /** From now on SIGHUP calls `receive`, where it does not say that the terminal was closed. */
  onHangup(receive: () => void): void;
  /** As if a signal had come: nobody reads standard output any more. */
  request(reason: string): void;
  /** Stops listening for signals. Idempotent. */
  close(): void;
}

/** What a child process may be told in the place of what we get: Windows' SIGBREAK is SIGTERM to it. */
type PassedSignal = Exclude<NodeJS.Signals, 'SIGBREAK'>;

/** A diagnosis of Node's own (`--heapsnapshot-signal`, `--report-on-signal`), or what was loaded before, may have taken them. */
const TAKEN_BY_DIAGNOSES: ReadonlySet<NodeJS.Signals> = new Set(['SIGQUIT', 'SIGUSR1', 'SIGUSR2']);

/** What a shell shows for a program that was ended by a signal: 128 + its number. */
const EXIT_CODES: Partial<Record<NodeJS.Signals, number>> = {
  SIGINT: 130,
  SIGQUIT: 131,
  SIGUSR2: 140,
  SIGTERM: 143,
  SIGBREAK: 149,
};

/**
 * Windows knows no SIGTERM between processes; Ctrl-C is SIGINT there, Ctrl-Break SIGBREAK, and SIGHUP says that the console window was
 * closed. Elsewhere those are listened for that a supervisor or an operator sends, and would end this process, or have Node open a
 * debugger (SIGUSR1), with its command left behind.
 */
export function listSignals(platform: NodeJS.Platform): readonly NodeJS.Signals[] {
  return platform === 'win32'
    ? ['SIGINT', 'SIGBREAK', 'SIGHUP']
    : ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'];
}

/**
 * The first signal asks for a clean stop, the second calls `exit` with 128 + its number. SIGHUP is another matter: it says that the
 * terminal was closed, which stops a command that was started on one and leaves one alone that was not (nohup, a service), or it asks
 * who reloads (`up`) to do so. A terminal that closes may say so several times, and a second never ends at once. SIGUSR1 and SIGWINCH
 * mean something to a command alone. SIGQUIT, SIGUSR1 or SIGUSR2 that somebody listens for already is theirs.
 */
export function listenForSignals(source: SignalSource, { exit, isAttached, hasTerminal }: SignalOptions): Shutdown {
  const controller = new AbortController();
  const signals = listSignals(source.platform).filter(
    (signal) => !TAKEN_BY_DIAGNOSES.has(signal) || source.listenerCount(signal) === 0,
  );
  const hadTerminal = isAttached && hasTerminal();
  let isAsked = false;
  let pass: ((signal: PassedSignal) => void) | undefined;
  let reload: (() => void) | undefined;
  const hangUp = (): void => {
    const isClosed = source.platform === 'win32' || (hadTerminal && !hasTerminal());
    if (pass !== undefined) pass('SIGHUP');
    else if (reload !== undefined && !isClosed) reload();
    else if ((isClosed || isAttached) && !controller.signal.aborted) controller.abort('SIGHUP');
  };
  const receive = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGHUP') {
      hangUp();
      return;
    }
    if (pass !== undefined) {
      pass(signal === 'SIGBREAK' ? 'SIGTERM' : signal);
      return;
    }
    if (signal === 'SIGUSR1' || signal === 'SIGWINCH') return;
    if (isAsked) exit(EXIT_CODES[signal] ?? 1);
    else if (!controller.signal.aborted) controller.abort(signal);
    isAsked = true;
  };
  for (const signal of signals) source.on(signal, receive);
  return {
    signal: controller.signal,
    delegate(receiver) {
      pass = receiver;
      if (controller.signal.aborted) receiver('SIGTERM');
    },
    onHangup(receiver) {
      reload = receiver;
    },
    request(reason) {
      isAsked = true;
      if (pass !== undefined) pass('SIGTERM');
      else if (!controller.signal.aborted) controller.abort(reason);
    },
    close() {
      for (const signal of signals) source.off(signal, receive);
    },
  };
}
