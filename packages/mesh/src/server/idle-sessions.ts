/** Connections that carry nothing: so many of all addresses are kept, and so many of one. */
export class IdleSessions<Session> {
  readonly #limits: { readonly most: number; readonly mostOfAddress: number };
  readonly #byAddress = new Map<string, Set<Session>>();
  #size = 0;

  constructor(limits: { readonly most: number; readonly mostOfAddress: number }) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether it is kept. */
  add(address: string, session: Session): boolean {
    const ofAddress = this.#byAddress.get(address) ?? new Set<Session>();
    if (ofAddress.has(session)) return true;
    if (this.#size >= this.#limits.most || ofAddress.size >= this.#limits.mostOfAddress) return false;
    ofAddress.add(session);
    this.#byAddress.set(address, ofAddress);
    this.#size += 1;
    return true;
  }

  /** It carries something, or is over. */
  remove(address: string, session: Session): void {
    const ofAddress = this.#byAddress.get(address);
    if (ofAddress?.delete(session) !== true) return;
    this.#size -= 1;
    if (ofAddress.size === 0) this.#byAddress.delete(address);
  }
}
