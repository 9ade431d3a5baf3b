import type { ServiceStatus } from '@mdns-ambassador/ambassador';
import type { Clock } from '@mdns-ambassador/relay';

/** What is named is there within a turn of the loop, what is found within a tenth of a second. */
const LOOK_MS = 5;

export interface ReadinessOptions {
  readonly clock: Clock;
  readonly look: () => readonly ServiceStatus[];
  /** 0: looks once. */
  readonly timeoutMs: number;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/** Waits until each service has an endpoint that is ready; resolves with the names of those that have none when the time is over. */
export function waitUntilReady({ clock, look, timeoutMs, signal }: ReadinessOptions): Promise<readonly string[]> {
  const deadline = clock.now() + timeoutMs;
  return new Promise((resolve) => {
    const lookAgain = (): void => {
      const missing = listMissing(look());
      if (missing.length === 0 || signal.aborted || clock.now() >= deadline) resolve(missing);
      else clock.after(LOOK_MS, lookAgain);
    };
    lookAgain();
  });
}

export function listMissing(services: readonly ServiceStatus[]): readonly string[] {
  return services
    .filter(({ endpoints }) => !endpoints.some(({ state }) => state === 'ready'))
    .map(({ service }) => service);
}
