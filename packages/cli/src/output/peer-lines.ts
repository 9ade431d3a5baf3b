import type { PeerEvent } from '@mdns-ambassador/peers';
import { escapeSentence, escapeText } from './escape.ts';
import { countThings } from './phrases.ts';

/** Undefined for what only the log is told. */
export function describePeerEvent(event: PeerEvent): string | undefined {
  switch (event.kind) {
    case 'peer-linked':
      return `peer ${escapeText(event.address)} linked (${countThings(event.links, 'link')})`;
    case 'peer-lost':
      return `peer ${escapeText(event.address)} lost: ${escapeSentence(event.reason)} (${countThings(event.links, 'link')})`;
    case 'peer-failed':
      return `peer ${escapeText(event.place)} not reached, tried again: ${escapeSentence(shorten(event))}`;
    case 'peer-refused':
      return `peer ${escapeText(event.address)} not let in: ${escapeSentence(event.reason)}`;
    case 'peer-port':
      return describePort(event);
    default:
      return event satisfies never;
  }
}

/** A reason that begins with the place says it once more. */
function shorten({ place, reason }: { readonly place: string; readonly reason: string }): string {
  return reason.startsWith(`${place} `) ? `it ${reason.slice(place.length + 1)}` : reason;
}

function describePort({ port, wanted, reason }: Extract<PeerEvent, { kind: 'peer-port' }>): string | undefined {
  if (port === wanted) return undefined;
  // Where there is another, as beside a second announcer, nothing is wrong.
  if (port !== undefined)
    return `peers are told of port ${port}, for ${wanted} can't be had here; who names this machine writes --peer HOST:${port}`;
  return `port ${wanted} for peers can't be had, so that peers are dialled from here alone: ${escapeSentence(reason)}`;
}
