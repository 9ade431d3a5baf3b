/** What haproxy had against a command, told once each until it has nothing against any for a while. */
export class Objections {
  readonly #tell: (message: string) => void;
  readonly #toldAt = new Map<string, number>();

  constructor(tell: (message: string) => void) {
    this.#tell = tell;
  }

  take(objection: string): void {
    const now = performance.now();
    for (const [text, at] of this.#toldAt) if (now - at > FORGET_MS) this.#toldAt.delete(text);
    const isTold = this.#toldAt.has(objection);
    if (!isTold && this.#toldAt.size >= MOST_OBJECTIONS) return;
    this.#toldAt.set(objection, now);
    if (!isTold) this.#tell(`haproxy refused a change: ${objection}`);
  }
}

const FORGET_MS = 60_000;
const MOST_OBJECTIONS = 16;
