import type { Clock, Random } from '@mdns-ambassador/mdns';
import type { HelloLine } from './rules/line.ts';

const NODE_DIGITS = 16;

/** What is said first on a link for a look alone: another node each time, so that it stands for none that has links. */
export function describeVisit(version: string, clock: Clock, random: Random): HelloLine {
  return {
    kind: 'hello',
    node: Array.from({ length: NODE_DIGITS }, () => Math.floor(random() * 16).toString(16)).join(''),
    version,
    wall: Math.round(clock.wallClock()),
    visit: true,
  };
}
