import type { Clock, Random } from '@mdns-ambassador/mdns';
import { drawId } from '@mdns-ambassador/relay';
import type { HelloLine } from './rules/line.ts';

/** Who makes links for looks alone, or takes them. */
export interface ViewVisitor {
  /** Of the program. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** What is said first on a link for a look alone: another node each time, so that it stands for none that has links. */
export function describeVisit({ version, clock, random }: ViewVisitor): HelloLine {
  return { kind: 'hello', node: drawId(random), version, wall: Math.round(clock.wallClock()), visit: true };
}
