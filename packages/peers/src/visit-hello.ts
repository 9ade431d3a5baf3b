import type { Clock, Random } from '@mdns-ambassador/mdns';
import { drawId } from '@mdns-ambassador/relay';
import type { HelloLine } from './rules/line.ts';

/** What is said first on a link for a look alone: another node each time, so that it stands for none that has links. */
export function describeVisit(version: string, clock: Clock, random: Random): HelloLine {
  return {
    kind: 'hello',
    node: drawId(random),
    version,
    wall: Math.round(clock.wallClock()),
    visit: true,
  };
}
