import { joinWords } from '../../../output/phrases.ts';
import { ok, type Verdict, warning } from '../findings/finding.ts';
import { PUBLIC_NETWORK_REMEDY } from '../findings/remedies.ts';
import type { Facts } from './facts.ts';

/** Windows lets nothing of others in where it takes a network for public, unless node.exe is allowed there. */
export function judgeProfile({ profiles, interfaces, links }: Facts): Verdict {
  if (profiles === undefined) return ok('This system takes no network for public or private, or does not say.');
  const used = new Set(interfaces.map(({ name }) => name));
  const known = profiles.filter(({ interfaceName }) => used.has(interfaceName));
  const closed = known.filter(({ category }) => category === 'public').map(({ interfaceName }) => interfaceName);
  if (closed.length === 0) {
    return ok(
      known.length === 0
        ? 'Windows has no profile for the networks that are used.'
        : `Windows takes ${joinWords(known.map(({ interfaceName }) => interfaceName))} for private.`,
    );
  }
  const isHeard = links.some(
    ({ interfaceName, outcome }) => closed.includes(interfaceName) && outcome.kind === 'open' && outcome.others > 0,
  );
  if (isHeard) return ok(`Windows takes ${joinWords(closed)} for public, and others are heard there all the same.`);
  return warning(
    `Windows takes the network of ${joinWords(closed)} for public, where node.exe hears nobody.`,
    PUBLIC_NETWORK_REMEDY,
  );
}
