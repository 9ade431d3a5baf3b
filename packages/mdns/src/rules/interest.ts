/** Which names anybody here wants to know of, each counted: what nobody wants is neither cached nor asked for. */
export class Interest {
  readonly #counts: Map<string, number> = new Map();
  readonly #onEnd: (owner: string) => void;

  /** `onEnd` is called with a name's key when the last who wanted it lets go. */
  constructor(onEnd: (owner: string) => void) {
    this.#onEnd = onEnd;
  }

  has(owner: string): boolean {
    return this.#counts.has(owner);
  }

  retain(owner: string): void {
    this.#counts.set(owner, (this.#counts.get(owner) ?? 0) + 1);
  }

  release(owner: string): void {
    const count = this.#counts.get(owner) ?? 0;
    if (count > 1) {
      this.#counts.set(owner, count - 1);
      return;
    }
    if (this.#counts.delete(owner)) this.#onEnd(owner);
  }
}
