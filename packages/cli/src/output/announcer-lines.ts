import type { AnnouncerEvent } from '@mdns-ambassador/announcer';
import type { NetworkInterface } from '@mdns-ambassador/mdns';
import { escapeText } from './escape.ts';
import { countThings, describeFull, describeInterfaces, joinWords, quoteName } from './phrases.ts';
import type { Fact } from './reporter.ts';

/** What the announcer did, for people; undefined where another line says it already. */
export function describeAnnouncerEvent(
  event: AnnouncerEvent,
  interfaces: readonly NetworkInterface[],
): string | undefined {
  switch (event.kind) {
    case 'waiting':
      return `${event.service}: waiting until it answers (${event.reason})`;
    case 'check-passed':
    case 'check-failed':
      return undefined;
    case 'relaying':
      return `relaying connections for ${event.service} from ${joinWords(event.from)} to ${event.to}`;
    case 'announced': {
      const shown = describeInterfaces(event.interfaces, interfaces, event.family);
      const where = event.interfaces.length === 0 ? '' : ` on ${shown}`;
      return `announced ${event.service} as ${quoteName(event.instance)} (${event.type})${where}, port ${event.port}`;
    }
    case 'renamed':
      return `the name ${quoteName(event.from)} is taken: ${event.service} is called ${quoteName(event.to)} now`;
    case 'withdrawn':
      return `withdrew ${quoteName(event.instance)}: ${event.reason}`;
    case 'connections-full':
      return describeFull(event);
    case 'draining':
      if (event.connections === 0) return undefined;
      return `${event.service} is leaving: ${countThings(event.connections, 'connection')} to finish`;
    case 'stranger':
      return `${event.service}: refused ${escapeText(event.address)}: ${escapeText(event.reason)}`;
    case 'refused':
      return `not announcing ${event.service}: ${event.error.message}`;
    default:
      return event satisfies never;
  }
}

/** The same for programs. */
export function announcerEventToFact(event: AnnouncerEvent): Fact {
  if (event.kind === 'refused') {
    return { event: event.kind, service: event.service, code: event.error.code, reason: event.error.message };
  }
  const { kind, ...fields } = event;
  return { event: kind, ...fields };
}
