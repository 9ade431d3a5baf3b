/** What is counted of one place since the count began. */
export interface SessionCount {
  readonly sessions: number;
  readonly total: number;
}

interface Held {
  readonly releases: (() => void)[];
  total: number;
}

/** Tells the pool of the sessions that another program counted: of each that was opened, and of as many ends as there were. */
export class Sessions {
  readonly #open: (endpointId: string) => () => void;
  readonly #held = new Map<string, Held>();

  /** `open`: a connection is carried by this endpoint; what it returns says that it ended. */
  constructor(open: (endpointId: string) => () => void) {
    this.#open = open;
  }

  /** Takes in what was counted of a server; returns how many sessions are new. */
  count(server: string, endpointId: string, { sessions, total }: SessionCount): number {
    let held = this.#held.get(server);
    if (held === undefined || total < held.total) {
      this.forget(server);
      held = { releases: [], total: total - sessions };
      this.#held.set(server, held);
    }
    const opened = total - held.total;
    held.total = total;
    for (let session = 0; session < opened; session++) held.releases.push(this.#open(endpointId));
    for (const release of held.releases.splice(0, held.releases.length - sessions)) release();
    return opened;
  }

  /** The server is no more, and with it what it carried. */
  forget(server: string): void {
    for (const release of this.#held.get(server)?.releases ?? []) release();
    this.#held.delete(server);
  }

  /** Another program counts from 0 on; the returned function ends what this one carries. */
  leave(): () => void {
    const left = [...this.#held.values()].flatMap(({ releases }) => releases);
    this.#held.clear();
    return () => {
      for (const release of left.splice(0)) release();
    };
  }
}
