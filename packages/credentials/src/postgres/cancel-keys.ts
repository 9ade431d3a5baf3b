/**
 * Which endpoint gave a client the key by which its query can be cancelled. Holds one key for each live connection at most, since
 * whoever adds one says when the connection has ended.
 */
export class CancelKeys {
  readonly #owners = new Map<string, { readonly endpointId: string }>();

  get size(): number {
    return this.#owners.size;
  }

  /** The returned function forgets it; a later connection that was given the same key is not touched by it. */
  add(key: Uint8Array, endpointId: string): () => void {
    const name = nameKey(key);
    const owner = { endpointId };
    this.#owners.set(name, owner);
    return () => {
      if (this.#owners.get(name) === owner) this.#owners.delete(name);
    };
  }

  find(key: Uint8Array): string | undefined {
    return this.#owners.get(nameKey(key))?.endpointId;
  }
}

function nameKey(key: Uint8Array): string {
  return Buffer.from(key).toString('base64');
}
