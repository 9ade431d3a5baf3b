import { setMaxListeners } from 'node:events';
import type { Clock } from '@mdns-ambassador/relay';
import { abandonOnAbort } from './abandon-on-abort.ts';
import { askInterface, type InterfaceAnswer, type InterfaceTarget } from './reachability.ts';
import type { TargetCheck } from './target-check.ts';

/** Windows takes 2 s to refuse a connection to an address that is not loopback (libuv, src/win/tcp.c). */
const PATIENCE_MS = 3_000;

/** Asks once from which interfaces a service can be reached, for longer than one look takes. */
export class ReachSurvey {
  /** The targets that are checked. */
  readonly key: string;
  readonly #answers: InterfaceAnswer[] = [];
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;
  #state: 'asking' | 'answered' | 'given up' = 'asking';

  constructor(key: string, targets: readonly InterfaceTarget[], targetCheck: TargetCheck, clock: Clock) {
    this.key = key;
    setMaxListeners(0, this.#abort.signal);
    const cancel = clock.after(PATIENCE_MS, () => this.close());
    this.#abort.signal.addEventListener('abort', cancel, { once: true });
    const asking = targets.map(async (target) => {
      const answer = await askInterface(target, targetCheck, this.#abort.signal);
      if (answer !== undefined) this.#answers.push(answer);
    });
    this.#ended = Promise.all(asking).then(() => {
      cancel();
      if (this.#state === 'asking') this.#state = 'answered';
    });
  }

  /** What came so far, one for each address that accepts connections. */
  get answers(): readonly InterfaceAnswer[] {
    return this.#answers;
  }

  /** `answered`: every address has accepted or refused. `given up`: some did neither in 3 s, or it was closed. */
  get state(): 'asking' | 'answered' | 'given up' {
    return this.#state;
  }

  /** Resolves when it is over, or the signal aborts. */
  async waitFor(signal: AbortSignal): Promise<void> {
    await abandonOnAbort(this.#ended, signal).catch(() => undefined);
  }

  /** Asks no more. Idempotent. */
  close(): void {
    if (this.#state === 'asking') this.#state = 'given up';
    this.#abort.abort();
  }
}
