import type { Random } from '@mdns-ambassador/mdns';
import type { Balancer, Candidate } from '../candidate.ts';
import { drawByShare } from '../weight.ts';

/** FNV-1a, 32 bit. */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Highest random weight (Thaler and Ravishankar, 1998): a client address keeps its endpoint while that can be used, and an
 * endpoint that comes or goes moves only the clients that it gains or loses. Without a client address: at random.
 */
export function createSourceHashBalancer(random: Random): Balancer {
  return {
    choose(candidates, clientAddress) {
      if (clientAddress === undefined) return drawByShare(candidates, random);
      let best: Candidate | undefined;
      let highest = Number.NEGATIVE_INFINITY;
      for (const candidate of candidates) {
        const score = -candidate.share / Math.log(hashToUnit(`${clientAddress}\n${candidate.endpoint.id}`));
        if (score > highest) {
          highest = score;
          best = candidate;
        }
      }
      return best;
    },
  };
}

/** Evenly spread over the open interval (0, 1). */
function hashToUnit(text: string): number {
  let hash = FNV_OFFSET;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  // MurmurHash3's finalizer: FNV-1a alone leaves the high bits of similar texts alike.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return ((hash >>> 0) + 0.5) / 2 ** 32;
}
