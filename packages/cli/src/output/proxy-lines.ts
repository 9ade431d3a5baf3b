import { type Endpoint, type ProxyEvent, reportEndpoint } from '@mdns-ambassador/ambassador';
import { formatPlace, formatTarget } from '@mdns-ambassador/relay';
import { formatDuration } from '../parse/duration.ts';
import { escapeText } from './escape.ts';
import { countThings, describeFull, describeOverload, joinWords, quoteName } from './phrases.ts';
import { describeRefusals } from './refused-lines.ts';
import { type Fact, toFact } from './reporter.ts';

/** What the proxy did, for people; undefined where another line says it already. */
export function describeProxyEvent(event: ProxyEvent, connectTimeoutMs: number): string | undefined {
  switch (event.kind) {
    case 'listening':
      // An engine that is driven listens where its own configuration says.
      if (event.at.length === 0) return `filling the backend of haproxy for ${event.service}`;
      return `listening on ${joinWords(event.at.map(formatTarget))} for ${event.service}${describeFaults(event.faults)}`;
    case 'endpoint-added':
      return `found ${describePlaced(event.endpoint)}`;
    case 'endpoint-updated':
      return `changed: ${describePlaced(event.endpoint)}`;
    case 'leads-back':
      return `${describeEndpoint(event.endpoint)} is not used: it leads back to this proxy`;
    case 'endpoint-removed':
      return `lost ${describeEndpoint(event.endpoint)}: ${event.reason}`;
    case 'endpoint-state':
      return `${describeEndpoint(event.endpoint)} ${describeState(event)}`;
    case 'connections-reset':
      return `${describeEndpoint(event.endpoint)}: ${countThings(event.count, 'connection')} reset, because ${event.reason}`;
    case 'no-endpoint': {
      const wait = `connections wait up to ${formatDuration(connectTimeoutMs)}`;
      if (event.known > 0) {
        const who = `none of ${countThings(event.known, 'endpoint')}`;
        return `${event.service}: ${who} passes the check, ${wait}`;
      }
      const refusals = describeRefusals(event.refused);
      if (refusals !== undefined) return `${event.service}: ${refusals}; ${wait}`;
      return `${event.service}: nobody offers it now, ${wait}`;
    }
    case 'unreachable':
      return `closing connections for ${event.service}: ${event.reason}`;
    case 'refused':
      return `${event.service}: a client was turned away: ${event.reason}`;
    case 'connections-full':
      return describeFull(event);
    case 'overload':
      return describeOverload(event);
    case 'engine-changed':
      return `${event.service}: ${event.message}`;
    case 'drained':
      if (event.finished + event.reset === 0) return undefined;
      return `${event.service}: ${countThings(event.finished, 'connection')} finished, ${event.reset} cut off`;
    default:
      return event satisfies never;
  }
}

/** The same for programs. */
export function proxyEventToFact(event: ProxyEvent): Fact {
  switch (event.kind) {
    case 'listening':
      return {
        event: event.kind,
        service: event.service,
        listen: event.at.map(formatTarget),
        ...(event.faults === undefined ? {} : { faults: event.faults }),
      };
    case 'endpoint-added':
    case 'endpoint-updated':
    case 'endpoint-removed':
    case 'endpoint-state':
    case 'connections-reset': {
      const { state, ...fact } = event;
      return { ...toFact(fact), endpoint: reportEndpoint(event.endpoint, state) };
    }
    case 'leads-back':
      return { ...toFact(event), endpoint: reportEndpoint(event.endpoint) };
    default:
      return toFact(event);
  }
}

function describeFaults(faults: string | undefined): string {
  return faults === undefined ? '' : `, WITH FAULTS that were asked for: ${faults}`;
}

/** `"redis on h1" at 10.99.0.1:12345`, or the place alone. */
function describePlaced(endpoint: Endpoint): string {
  const place = formatPlace(endpoint.addresses[0] ?? '?', endpoint.port);
  return endpoint.instance === undefined ? place : `${nameOf(endpoint, endpoint.instance)} at ${place}`;
}

function describeEndpoint(endpoint: Endpoint): string {
  return endpoint.instance === undefined ? describePlaced(endpoint) : nameOf(endpoint, endpoint.instance);
}

/** The second of a name has the link that it is on. */
function nameOf({ link }: Endpoint, instance: string): string {
  return `${quoteName(instance)}${link === undefined ? '' : ` on ${escapeText(link)}`}`;
}

function describeState({ endpoint, state, reason }: ProxyEvent & { readonly kind: 'endpoint-state' }): string {
  switch (state) {
    case 'ready':
      return `is in use again: ${reason}`;
    case 'probation':
      return 'gets another try';
    case 'ejected':
      return `is not used for now: ${reason}`;
    case 'draining':
      return `is leaving: ${reason}`;
    case 'stale':
      return `was lost sight of (${reason}): used while it answers${endpoint.draining ? ' and nothing else is left' : ''}`;
    default:
      return state satisfies never;
  }
}
