/** Which names anybody here wants to know of, each counted: what nobody wants is neither cached nor asked for. */
export class Interest {
  readonly #counts: Map<string, number> = new Map();
  readonly #onEnd: (owner: string) => void;
  #begun: string[] = [];
  #begunSoFar = 0;

  /** `onEnd` is called with a name's key when the last who wanted it lets go. */
  constructor(onEnd: (owner: string) => void) {
    this.#onEnd = onEnd;
  }

  /** The keys of names that somebody began to want since this was last called. */
  takeBegun(): readonly string[] {
    const begun = this.#begun;
    if (begun.length > 0) this.#begun = [];
    return begun;
  }

  /** How often somebody began to want a name. */
  get begun(): number {
    return this.#begunSoFar;
  }

  has(owner: string): boolean {
    return this.#counts.has(owner);
  }

  retain(owner: string): void {
    const count = this.#counts.get(owner) ?? 0;
    this.#counts.set(owner, count + 1);
    if (count > 0) return;
    this.#begun.push(owner);
    this.#begunSoFar += 1;
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
