import type { Verdict } from '../findings/finding.ts';

/** `isFinal`: what comes after it would only repeat it. Undefined: there is nothing to say. */
export type HostVerdict = (Verdict & { readonly isFinal?: true }) | undefined;
