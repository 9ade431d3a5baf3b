import type { ForeignResponderEvent } from '@mdns-ambassador/announcer';
import { quoteName } from './phrases.ts';

/** What became of somebody else's mDNS stack that publishes for us, for people. */
export function describeResponderEvent(event: ForeignResponderEvent): string {
  switch (event.kind) {
    case 'responder-lost':
      return `nothing is announced now: ${event.reason}; waiting for it to come back`;
    case 'responder-back':
      return 'it is back: announcing again';
    case 'publish-failed':
      return `can't announce ${quoteName(event.name)} yet: ${event.reason}`;
    default:
      return event satisfies never;
  }
}
