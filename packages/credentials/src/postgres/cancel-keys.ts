/**
 * Which endpoint gave a client the key by which its query can be cancelled. Holds one key for each live connection at most, since
 * whoever adds one says when the connection has ended.
 */
export class CancelKeys {
  readonly #owners = new Map<string, { readonly endpointId: string }>();
  readonly #onChange: (key: string, endpointId?: string) => void;

  /** `onChange` is told of each key that is added here, in base64, and without `endpointId` when it is forgotten: for `learn` of others. */
  constructor(onChange: (key: string, endpointId?: string) => void = () => undefined) {
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#owners.size;
  }

  /** The returned function forgets it; a later connection that was given the same key is not touched by it. */
  add(key: Uint8Array, endpointId: string): () => void {
    const name = nameKey(key);
    const owner = { endpointId };
    this.#owners.set(name, owner);
    this.#onChange(name, endpointId);
    return () => {
      if (this.#owners.get(name) !== owner) return;
      this.#owners.delete(name);
      this.#onChange(name);
    };
  }

  /** What another process has added or, without `endpointId`, forgotten. */
  learn(key: string, endpointId: string | undefined): void {
    if (endpointId === undefined) this.#owners.delete(key);
    else this.#owners.set(key, { endpointId });
  }

  find(key: Uint8Array): string | undefined {
    return this.#owners.get(nameKey(key))?.endpointId;
  }
}

function nameKey(key: Uint8Array): string {
  return Buffer.from(key).toString('base64');
}
