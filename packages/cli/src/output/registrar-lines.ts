import type { RegistrarEvent } from '@mdns-ambassador/announcer';
import { escapeSentence, escapeText } from './escape.ts';
import { quoteName } from './phrases.ts';

/** What became of a service's entry in a registry, for people. */
export function describeRegistrarEvent(event: RegistrarEvent): string {
  const { registry, name } = event;
  switch (event.kind) {
    case 'registered':
      return `wrote ${quoteName(name)} into ${registry} as ${escapeText(event.entry)}: ${event.address}, port ${event.port}`;
    case 'register-failed':
      return `can't write ${quoteName(name)} into ${registry} yet: ${escapeSentence(event.reason)}`;
    default:
      return event satisfies never;
  }
}
