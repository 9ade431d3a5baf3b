import type { QuarantineEvent } from '@mdns-ambassador/mesh';
import { formatDuration } from '../parse/duration.ts';
import { escapeText } from './escape.ts';

/** Undefined when it was told before. */
export function describeQuarantine({ service, reason, forMs, isFirst }: QuarantineEvent): string | undefined {
  return isFirst ? `${service}: not dialled for ${formatDuration(forMs)}: ${escapeText(reason)}` : undefined;
}

/** What is said once at the start. */
export function describeMode(meshIds: readonly string[] | undefined): string {
  const [current, previous] = meshIds ?? [];
  if (current === undefined) return 'open mode: anyone on this network can announce or reach services';
  const also = previous === undefined ? '' : ` and ${previous}`;
  return `mesh ${current}${also}: only its members can announce or reach services`;
}
