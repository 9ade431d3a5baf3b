import type { Socket } from 'node:net';
import { handOver } from './hand-over.ts';
import { resetLeg } from './leg.ts';
import { type Listener, type ListenOptions, listen, type Receiver } from './listen.ts';
import { formatListenPlace, type ListenPlace, type Target } from './target.ts';

/** Listening sockets that go from who has served a place to who serves it next, so that no client finds it closed in between. */
export class KeptListeners {
  readonly #open: (options: ListenOptions) => Promise<Listener>;
  #wanted: ReadonlySet<string> = new Set();
  /** By place: nobody serves them now. */
  readonly #left = new Map<string, LeftListener>();

  constructor(open: (options: ListenOptions) => Promise<Listener> = listen) {
    this.#open = open;
  }

  /** As {@link listen}; with the socket that was left at this place, if there is one. */
  async listen(options: ListenOptions): Promise<Listener> {
    const place = formatListenPlace(options.at);
    const left = this.#left.get(place);
    this.#left.delete(place);
    return this.#lend(place, left === undefined ? await this.#open(options) : await left.hand(options), options);
  }

  /** Listens before anybody serves: whoever connects waits for the first to listen at the place that it resolves with. Rejects as {@link listen}. */
  async reserve(at: ListenPlace): Promise<Target> {
    const receiver: Receiver = { maxConnections: Number.POSITIVE_INFINITY, onConnection: resetLeg };
    const listener = await this.#open({ ...receiver, at });
    this.#left.set(formatListenPlace(listener.address), new LeftListener(listener, receiver));
    return listener.address;
  }

  /**
   * Who stops listening at one of these places leaves the socket open, and whoever connects waits for the next to listen there. Until
   * the returned function is called: it closes what nobody has taken.
   */
  keep(places: readonly ListenPlace[]): () => Promise<void> {
    this.#wanted = new Set(places.filter(isOnePlace).map(formatListenPlace));
    return async () => {
      this.#wanted = new Set();
      const unclaimed = [...this.#left.values()];
      this.#left.clear();
      await Promise.all(unclaimed.map((left) => left.close()));
    };
  }

  /** One who stops after another has taken the socket closes nothing. */
  #lend(place: string, listener: Listener, receiver: Receiver): Listener {
    let stopped: Promise<void> | undefined;
    const leaveOrStop = async (): Promise<void> => {
      if (this.#wanted.has(place)) this.#left.set(place, new LeftListener(listener, receiver));
      else await listener.stop();
    };
    const stop = (): Promise<void> => {
      stopped ??= leaveOrStop();
      return stopped;
    };
    return {
      address: listener.address,
      handTo: (receiver) => listener.handTo(receiver),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  }
}

/** Accepts, and has what it accepted wait. */
class LeftListener {
  readonly #listener: Listener;
  readonly #waiting: Socket[] = [];

  constructor(listener: Listener, receiver: Receiver) {
    this.#listener = listener;
    void listener.handTo({ ...receiver, onConnection: (socket) => void this.#waiting.push(socket) });
  }

  async hand(receiver: Receiver): Promise<Listener> {
    const handed = this.#listener.handTo(receiver);
    for (const socket of this.#waiting) handOver(socket, (accepted) => receiver.onConnection(accepted, 0));
    await handed;
    return this.#listener;
  }

  async close(): Promise<void> {
    for (const socket of this.#waiting) {
      socket.on('error', () => undefined);
      resetLeg(socket);
    }
    await this.#listener.stop();
  }
}

/** Port 0 is another one each time, and a passed socket belongs to who passed it. */
export function isOnePlace(place: ListenPlace): boolean {
  return place.kind === 'unix' || (place.kind === 'tcp' && place.port !== 0);
}
