import type { Phase } from '@mdns-ambassador/admin';
import type { Notify } from '../process/notify.ts';

/** Where a command stands, for whoever watches it: /readyz, and systemd. Goes forward only; each step is told once. */
export class Lifecycle {
  readonly #notify: Notify;
  #phase: Phase = 'starting';

  constructor(notify: Notify) {
    this.#notify = notify;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Every listener is up. */
  run(): void {
    if (this.#phase !== 'starting') return;
    this.#phase = 'running';
    this.#notify('READY=1');
  }

  stop(): void {
    if (this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    this.#notify('STOPPING=1');
  }
}
