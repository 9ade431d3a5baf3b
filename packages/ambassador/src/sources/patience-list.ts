import { type Clock, Recent } from '@mdns-ambassador/relay';

/** Waited for at once; the one that has waited longest is given up first. */
const MAX_AWAITED = 256;

interface Awaited {
  readonly giveUp: () => void;
  readonly cancel: () => void;
}

/** Gives those who said that they leave some time to come back. */
export class PatienceList {
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #awaited = new Recent<string, Awaited>(MAX_AWAITED);

  constructor(clock: Clock, patienceMs: number) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
  }

  /** Calls `giveUp` once the patience is over, unless `forgive` is called before. No-op while the id is waited for already. */
  await(id: string, giveUp: () => void): void {
    if (this.#awaited.has(id)) return;
    const end = (): void => {
      this.#awaited.delete(id);
      giveUp();
    };
    const oldest = this.#awaited.set(id, { giveUp, cancel: this.#clock.after(this.#patienceMs, end) });
    oldest?.cancel();
    oldest?.giveUp();
  }

  /** It came back. */
  forgive(id: string): void {
    this.#awaited.get(id)?.cancel();
    this.#awaited.delete(id);
  }

  /** Nobody is waited for any more, and nobody given up. */
  clear(): void {
    for (const { cancel } of this.#awaited.values()) cancel();
    this.#awaited.clear();
  }
}
