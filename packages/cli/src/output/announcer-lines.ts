import type { AnnouncerEvent, WebUrls } from '@mdns-ambassador/announcer';
import type { NetworkInterface } from '@mdns-ambassador/mdns';
import { formatDuration } from '../parse/duration.ts';
import { escapeSentence, escapeText } from './escape.ts';
import { countThings, describeFull, describeInterfaces, describeOverload, joinWords, quoteName } from './phrases.ts';
import { type Fact, toFact } from './reporter.ts';

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
    case 'doubtful': {
      const remedy = event.relays
        ? 'clients that come through ambassador are told the same: allow this machine there'
        : 'others on the LAN may be told the same: allow their addresses there, or add --relay to let ambassador forward to it';
      return `${event.service}: ${escapeSentence(event.reason)}; ${remedy}`;
    }
    case 'relaying':
      return `relaying connections for ${event.service} from ${joinWords(event.from)} to ${event.to}`;
    case 'announced': {
      const shown = describeInterfaces(event.interfaces, interfaces, event.family);
      const where = event.interfaces.length === 0 ? '' : ` on ${shown}`;
      const line = `announced ${event.service} as ${quoteName(event.instance)} (${event.type})${where}, port ${event.port}`;
      if (event.peers === undefined) return line;
      return `${line}, to ${countThings(event.peers, 'peer')} alone: no network interface lets anything be sent`;
    }
    case 'renamed':
      return `the name ${quoteName(event.from)} is taken: ${event.service} is called ${quoteName(event.to)} now`;
    case 'withdrawn':
      return `withdrew ${quoteName(event.instance)}: ${escapeSentence(event.reason)}`;
    case 'alias-announced': {
      if (event.urls === undefined) return `${event.alias} leads to ${event.service}, port ${event.port}`;
      return `${event.service} in a browser: ${joinUrls(event.urls)}`;
    }
    case 'alias-renamed':
      return `${event.from} is another machine's: ${event.service} here is ${event.to} now`;
    case 'alias-lost': {
      const inBrowser = event.urls === undefined ? '' : `; in a browser: ${joinUrls(event.urls)}`;
      return `${event.alias} is another machine's, and so is each name that was tried before it: ${event.service} here has none (--alias NAME)${inBrowser}`;
    }
    case 'alias-withheld':
      return `${event.service} has no ${event.alias}: in a mesh only members reach it, with ambassador proxy`;
    case 'connections-full':
      return describeFull(event);
    case 'overload':
      return describeOverload(event);
    case 'draining':
      if (event.connections === 0) return undefined;
      return `${event.service} is leaving: ${countThings(event.connections, 'connection')} to finish`;
    case 'on-demand':
      return `${event.service}: ${describeDemand(event)}`;
    case 'stranger':
      return `${event.service}: refused ${escapeText(event.address)}: ${escapeSentence(event.reason)}`;
    case 'refused':
      return `not announcing ${event.service}: ${event.error.message}`;
    default:
      return event satisfies never;
  }
}

function joinUrls({ byName, byAddress }: WebUrls): string {
  return joinWords(byAddress === undefined ? [byName] : [byName, byAddress], 'or');
}

function describeDemand(event: Extract<AnnouncerEvent, { kind: 'on-demand' }>): string {
  switch (event.state) {
    case 'starting':
      return 'somebody has come, starting its command';
    case 'slow':
      return `its command has not answered for ${formatDuration(Math.round(event.afterMs))}, ${countThings(event.waiting, 'connection')} waiting`;
    case 'running':
      return `its command answers after ${formatDuration(Math.round(event.afterMs))}, ${countThings(event.waiting, 'connection')} waited`;
    case 'stopping':
      return `nobody was connected for ${formatDuration(event.idleMs)}, stopping its command`;
    case 'asleep':
      return 'asleep until somebody connects';
    case 'ended':
      return `its command is gone (${event.reason}), with ${countThings(event.connections, 'connection')}; ${describeNextStart(event.restMs)}`;
    case 'failed':
      return `its command did not come up (${event.reason}), ${countThings(event.waiting, 'connection')} turned away; ${describeNextStart(event.restMs)}`;
    default:
      return event satisfies never;
  }
}

function describeNextStart(restMs: number): string {
  return restMs === 0 ? 'the next connection starts it' : `it is not started again for ${formatDuration(restMs)}`;
}

/** The same for programs. */
export function announcerEventToFact(event: AnnouncerEvent): Fact {
  if (event.kind === 'refused') {
    return { event: event.kind, service: event.service, code: event.error.code, reason: event.error.message };
  }
  return toFact(event);
}
