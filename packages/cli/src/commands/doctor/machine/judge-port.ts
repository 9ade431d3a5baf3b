import { escapeText } from '../../../output/escape.ts';
import { joinWords } from '../../../output/phrases.ts';
import { ok, problem, type Verdict, warning } from '../findings/finding.ts';
import { listRemedies } from '../findings/remedies.ts';
import type { Facts } from './facts.ts';
import { listLinks } from './link-words.ts';

/** Whether the port can be had, and who else has it. */
export function judgePort({ links, platform, portHolders }: Facts): Verdict {
  const refused = links.filter(({ outcome }) => outcome.kind === 'refused');
  if (links.length === 0) return warning('UDP port 5353 was not tried: there is nothing to try it on.', '');
  const holders = describeHolders(portHolders);
  if (refused.length === 0) {
    return ok(
      holders === undefined
        ? 'UDP port 5353 can be shared with what else listens on it.'
        : `UDP port 5353 is shared with ${holders}.`,
    );
  }
  const isHeld = refused.some(({ outcome }) => outcome.kind === 'refused' && outcome.code === 'port-in-use');
  const where = listLinks(refused);
  const [message, remedy] = isHeld
    ? [`${holders ?? 'Another program'} keeps UDP port 5353 to itself on ${where}.`, listRemedies(platform).portHeld]
    : [`The mDNS group can't be joined on ${where}.`, listRemedies(platform).groupRefused];
  return refused.length === links.length ? problem(message, remedy) : warning(message, remedy);
}

/** `avahi-daemon (process 612) and chrome (process 2311)`; undefined where nobody is known. */
function describeHolders(holders: Facts['portHolders']): string | undefined {
  if (holders === undefined || holders.length === 0) return undefined;
  return joinWords(holders.map(({ name, pid }) => `${escapeText(name)} (process ${pid})`));
}
