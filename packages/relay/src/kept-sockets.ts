import { type HeldSocket, holdSocket } from './held-socket.ts';
import { isOnePlace } from './kept-listeners.ts';
import { formatListenPlace, type ListenPlace } from './target.ts';

/** Sockets that go from who has held a place to who holds it next: who connects in between waits in the kernel's queue. */
export class KeptSockets {
  readonly #hold: (at: ListenPlace) => Promise<HeldSocket>;
  #wanted: ReadonlySet<string> = new Set();
  /** By place: nobody holds them now. */
  readonly #left = new Map<string, HeldSocket>();

  constructor(hold: (at: ListenPlace) => Promise<HeldSocket> = holdSocket) {
    this.#hold = hold;
  }

  /** As {@link holdSocket}; the socket that was left at this place, if there is one. */
  async hold(at: ListenPlace): Promise<HeldSocket> {
    const place = formatListenPlace(at);
    const left = this.#left.get(place);
    this.#left.delete(place);
    const socket = left ?? (await this.#hold(at));
    let isReleased = false;
    return {
      address: socket.address,
      fd: socket.fd,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        if (this.#wanted.has(place)) this.#left.set(place, socket);
        else socket.release();
      },
    };
  }

  /** Who lets go of one of these places leaves the socket, until the returned function is called: it closes what nobody has taken. */
  keep(places: readonly ListenPlace[]): () => void {
    this.#wanted = new Set(places.filter(isOnePlace).map(formatListenPlace));
    return () => {
      this.#wanted = new Set();
      for (const socket of this.#left.values()) socket.release();
      this.#left.clear();
    };
  }
}
