import type { Endpoint } from './endpoint.ts';

/**
 * The only thing that crosses from discovery to the data plane. `reset`: this is the whole set now. `add`: new, or changed
 * (same id). `remove`: these ids said goodbye. `gone`: these ids were not heard of again (expired, source lost); they may
 * still answer, so the pool may keep them as stale. `isUnasked`: the source itself could not be asked, so that this says nothing
 * about them: the pool keeps them, whether they answer or not. `reason` is for people: `said goodbye`.
 */
export type Update =
  | { readonly kind: 'reset'; readonly endpoints: readonly Endpoint[] }
  | { readonly kind: 'add'; readonly endpoints: readonly Endpoint[] }
  | { readonly kind: 'remove'; readonly ids: readonly string[]; readonly reason?: string }
  | {
      readonly kind: 'gone';
      readonly ids: readonly string[];
      readonly reason?: string;
      readonly isUnasked?: boolean;
    };
