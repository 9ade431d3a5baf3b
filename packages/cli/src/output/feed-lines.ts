import type { FeedEvent } from '@mdns-ambassador/ambassador';
import { escapeSentence, escapeText } from './escape.ts';
import { countThings } from './phrases.ts';

/** Who reads from the agent, for people. */
export function describeFeedEvent(event: FeedEvent): string {
  switch (event.kind) {
    case 'reader-joined':
      return `somebody asks for ${escapeText(event.service)} (${countThings(event.readers, 'reader')})`;
    case 'reader-left':
      return `somebody who asked for ${escapeText(event.service)} left (${countThings(event.readers, 'reader')})`;
    case 'reader-refused':
      return `a reader was refused: ${escapeSentence(event.reason)}`;
    default:
      return event satisfies never;
  }
}
