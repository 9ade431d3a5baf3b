import { errorMessage } from '@mdns-ambassador/relay';
import type { Guard } from './guard.ts';
import { findInterface } from './route.ts';

/** By which interfaces the kernel may send clients. */
export class Ways {
  readonly #guard: Guard;
  readonly #onTrouble: (message: string) => void;
  /** Each was told of once. */
  readonly #closed = new Set<string>();

  constructor(guard: Guard, onTrouble: (message: string) => void) {
    this.#guard = guard;
    this.#onTrouble = onTrouble;
  }

  /** Whether the kernel may send clients to this address; its interface is let through for that. */
  async leadTo(address: string): Promise<boolean> {
    const way = await findInterface(address);
    if (way === 'local') return true;
    if (way === undefined || this.#closed.has(way.name)) return false;
    try {
      await this.#guard.open(way.name);
      return true;
    } catch (error) {
      this.#closed.add(way.name);
      this.#onTrouble(`${errorMessage(error)}; engine node takes these connections`);
      return false;
    }
  }
}
