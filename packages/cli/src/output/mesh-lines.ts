import type { QuarantineEvent } from '@mdns-ambassador/mesh';
import { formatDuration } from '../parse/duration.ts';
import { escapeText } from './escape.ts';

/** Undefined when it was told before. */
export function describeQuarantine({ service, reason, forMs, isFirst }: QuarantineEvent): string | undefined {
  return isFirst ? `${service}: not dialled for ${formatDuration(forMs)}: ${escapeText(reason)}` : undefined;
}

/** What is said once at the start. `isNamed`: nothing is announced or looked for on the network, every place is named elsewhere. */
export function describeMode(meshIds: readonly string[] | undefined, isNamed = false): string {
  const [current, previous] = meshIds ?? [];
  if (current === undefined) {
    return isNamed
      ? 'open mode: whoever answers where it is said to be counts as the service'
      : 'open mode: anyone on this network can announce or reach services';
  }
  const also = previous === undefined ? '' : ` and ${previous}`;
  return `mesh ${current}${also}: only its members can announce or reach services`;
}
