/** What this file needs of the process. */
export interface SignalSource {
  readonly platform: NodeJS.Platform;
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

/** The user's wish that the command ends. */
export interface Shutdown {
  /** Aborted by the first signal: drain, say goodbye, end with 0. `reason` is the signal's name. */
  readonly signal: AbortSignal;
  /** From now on every signal goes to `receive` instead, those that were to come first. */
  delegate(receive: (signal: PassedSignal) => void): void;
  /** From now on SIGHUP calls `receive`, where it does not say that the console window was closed. */
  onHangup(receive: () => void): void;
  /** As if a signal had come: nobody reads standard output any more. */
  request(reason: string): void;
  /** Stops listening for signals. Idempotent. */
  close(): void;
}

/** A signal as a child process gets it: SIGBREAK and a closed window are SIGTERM to it. */
type PassedSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** What a shell shows for a program that was ended by a signal: 128 + its number. */
const EXIT_CODES: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143, SIGBREAK: 149, SIGHUP: 129 };

/**
 * Windows knows no SIGTERM between processes; Ctrl-C is SIGINT there, Ctrl-Break SIGBREAK. SIGHUP is left to whoever reloads
 * (`up`), except on Windows, where it says that the console window was closed.
 */
export function listSignals(platform: NodeJS.Platform): readonly NodeJS.Signals[] {
  return platform === 'win32' ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM'];
}

/** The first signal asks for a clean stop, the second calls `exit` with 128 + its number. */
export function listenForSignals(source: SignalSource, exit: (code: number) => void): Shutdown {
  const controller = new AbortController();
  const signals = listSignals(source.platform);
  let pass: ((signal: PassedSignal) => void) | undefined;
  let hangUp = (): void => undefined;
  const receive = (signal: NodeJS.Signals): void => {
    if (pass !== undefined) pass(signal === 'SIGINT' || signal === 'SIGHUP' ? signal : 'SIGTERM');
    else if (controller.signal.aborted) exit(EXIT_CODES[signal] ?? 1);
    else controller.abort(signal);
  };
  for (const signal of signals) source.on(signal, receive);
  return {
    signal: controller.signal,
    delegate(receiver) {
      pass = receiver;
      if (source.platform !== 'win32') source.on('SIGHUP', receive);
      if (controller.signal.aborted) receiver('SIGTERM');
    },
    onHangup(receiver) {
      if (source.platform === 'win32') return;
      source.off('SIGHUP', hangUp);
      hangUp = receiver;
      source.on('SIGHUP', hangUp);
    },
    request(reason) {
      if (pass !== undefined) pass('SIGTERM');
      else if (!controller.signal.aborted) controller.abort(reason);
    },
    close() {
      for (const signal of [...signals, 'SIGHUP'] as const) source.off(signal, receive);
      source.off('SIGHUP', hangUp);
    },
  };
}
