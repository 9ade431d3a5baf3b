import { errorMessage, Recent } from '@mdns-ambassador/relay';
import { AmbassadorError } from '../../ambassador-error.ts';
import type { Guard } from './guard.ts';
import { findInterface } from './route.ts';

/** Interfaces come and go, each with a name of its own. */
const MOST_SHUT = 64;

/** By which interfaces the kernel may send clients. */
export class Ways {
  readonly #guard: Pick<Guard, 'open'>;
  readonly #onTrouble: (message: string) => void;
  readonly #find: typeof findInterface;
  /** Each was told of once. True: this machine does not allow it, whenever it is asked. */
  readonly #shut = new Recent<string, boolean>(MOST_SHUT);
  #isBlocked = false;

  constructor(
    guard: Pick<Guard, 'open'>,
    onTrouble: (message: string) => void,
    find: typeof findInterface = findInterface,
  ) {
    this.#guard = guard;
    this.#onTrouble = onTrouble;
    this.#find = find;
  }

  /** Whether the kernel may send clients to this address; its interface is let through for that. */
  async leadTo(address: string): Promise<boolean> {
    const way = await this.#find(address);
    if (way === 'local') return true;
    if (way === undefined) {
      this.#isBlocked = true;
      return false;
    }
    if (this.#shut.get(way.name) === true) return false;
    try {
      await this.#guard.open(way.name);
      this.#shut.delete(way.name);
      return true;
    } catch (error) {
      const isRefused = error instanceof AmbassadorError && error.code === 'NFTABLES_REFUSED';
      if (isRefused || !this.#shut.has(way.name)) {
        this.#onTrouble(`${errorMessage(error)}; engine node takes these connections`);
      }
      this.#shut.set(way.name, isRefused);
      this.#isBlocked ||= !isRefused;
      return false;
    }
  }

  /** Whether there was no way, since this was asked last, where there may be one by now. */
  takeBlocked(): boolean {
    const isBlocked = this.#isBlocked;
    this.#isBlocked = false;
    return isBlocked;
  }
}
