import { Recent } from '@mdns-ambassador/relay';
import type { Endpoint } from '../pool/endpoint.ts';
import type { Update } from '../pool/update.ts';

/** Endpoints that are not heard of any more; those of them that are used are in the pools, which forget them where they do not answer. */
const MAX_GONE = 1_024;

interface GoneEndpoint {
  readonly endpoint: Endpoint;
  readonly reason: string | undefined;
  readonly isUnasked: boolean;
}

/** What one source has said so far, for who begins to listen later. Bounded by the source, and for those that are gone by itself. */
export class SourceMirror {
  readonly #here = new Map<string, Endpoint>();
  readonly #gone = new Recent<string, GoneEndpoint>(MAX_GONE);
  #hasSpoken = false;

  apply(update: Update): void {
    this.#hasSpoken = true;
    switch (update.kind) {
      case 'reset':
        this.#here.clear();
        this.#gone.clear();
        this.#add(update.endpoints);
        return;
      case 'add':
        this.#add(update.endpoints);
        return;
      case 'remove':
        for (const id of update.ids) {
          this.#here.delete(id);
          this.#gone.delete(id);
        }
        return;
      case 'gone':
        for (const id of update.ids) {
          const endpoint = this.#here.get(id) ?? this.#gone.get(id)?.endpoint;
          this.#here.delete(id);
          if (endpoint !== undefined) {
            this.#gone.set(id, { endpoint, reason: update.reason, isUnasked: update.isUnasked === true });
          }
        }
        return;
      default:
        update satisfies never;
    }
  }

  find(id: string): Endpoint | undefined {
    return this.#here.get(id) ?? this.#gone.get(id)?.endpoint;
  }

  /** What tells the same to somebody who knows nothing. Empty where the source has said nothing. */
  replay(): readonly Update[] {
    if (!this.#hasSpoken) return [];
    const gone = [...this.#gone.values()];
    return [
      { kind: 'reset', endpoints: [...this.#here.values(), ...gone.map(({ endpoint }) => endpoint)] },
      ...gone.map(
        ({ endpoint: { id }, reason, isUnasked }): Update => ({
          kind: 'gone',
          ids: [id],
          ...(reason === undefined ? {} : { reason }),
          ...(isUnasked ? { isUnasked } : {}),
        }),
      ),
    ];
  }

  #add(endpoints: readonly Endpoint[]): void {
    for (const endpoint of endpoints) {
      this.#gone.delete(endpoint.id);
      this.#here.set(endpoint.id, endpoint);
    }
  }
}
