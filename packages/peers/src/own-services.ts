import { type BeatLine, type ByeLine, MAX_SERVICES, type PeerService, type StateLine } from './rules/line.ts';

/** What this node announces, and the words in which peers are told of it. */
export class OwnServices {
  readonly #node: string;
  readonly #services = new Map<string, PeerService>();
  #seq = 0;
  /** The number of what is announced now; 0 where nothing has ever been. */
  #stateSeq = 0;
  #addresses: readonly string[] = [];

  constructor(node: string) {
    this.#node = node;
  }

  get stateSeq(): number {
    return this.#stateSeq;
  }

  /** Whether something has changed; false also where there is no room for one more. */
  set(id: string, service: PeerService | undefined): boolean {
    if (service === undefined) {
      if (!this.#services.delete(id)) return false;
    } else {
      if (!this.#services.has(id) && this.#services.size >= MAX_SERVICES) return false;
      this.#services.set(id, service);
    }
    this.#seq += 1;
    this.#stateSeq = this.#seq;
    return true;
  }

  /** A beat later: what is told from now on is news. Other addresses are another state. */
  beat(addresses: readonly string[]): void {
    this.#seq += 1;
    if (addresses.join() !== this.#addresses.join() && this.#services.size > 0) this.#stateSeq = this.#seq;
    this.#addresses = addresses;
  }

  describeState(): StateLine {
    const services = [...this.#services.values()];
    return { kind: 'state', origin: this.#node, seq: this.#seq, age: 0, addresses: this.#addresses, services };
  }

  describeBeat(): BeatLine {
    return { kind: 'beat', origin: this.#node, seq: this.#seq, age: 0 };
  }

  describeBye(): ByeLine {
    this.#seq += 1;
    return { kind: 'bye', origin: this.#node, seq: this.#seq };
  }
}
