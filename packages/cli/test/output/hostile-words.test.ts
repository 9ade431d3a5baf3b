import { Buffer } from 'node:buffer';
import type { Endpoint, FeedEvent, ProxyEvent, RefusedInstance } from '@mdns-ambassador/ambassador';
import { AnnouncerError, type AnnouncerEvent, type DockerEvent, type RegistrarEvent } from '@mdns-ambassador/announcer';
import type { CredentialEvent, SecretFileEvent } from '@mdns-ambassador/credentials';
import type { Instance, NodeEvent } from '@mdns-ambassador/mdns';
import type { QuarantineEvent } from '@mdns-ambassador/mesh';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatFindings } from '../../src/commands/doctor/findings/finding-lines.ts';
import { announcerEventToFact, describeAnnouncerEvent } from '../../src/output/announcer-lines.ts';
import { createConnectionLog } from '../../src/output/connection-log.ts';
import { createLog } from '../../src/output/create-log.ts';
import { describeCredentialEvent, describeSecretEvent } from '../../src/output/credential-lines.ts';
import { describeDockerEvent } from '../../src/output/docker-lines.ts';
import { describeFeedEvent } from '../../src/output/feed-lines.ts';
import {
  browseEventToJson,
  describeBrowseEvent,
  formatInstances,
  type ListEvent,
} from '../../src/output/instance-lines.ts';
import { describeQuarantine } from '../../src/output/mesh-lines.ts';
import { type NetworkFacts, tellNodeEvent, tellStart } from '../../src/output/network-lines.ts';
import { createPrinter } from '../../src/output/printer.ts';
import { describeProxyEvent, proxyEventToFact } from '../../src/output/proxy-lines.ts';
import { describeRegistrarEvent } from '../../src/output/registrar-lines.ts';
import { createReporter, type Reporter, toFact } from '../../src/output/reporter.ts';
import { describeResponderEvent } from '../../src/output/responder-lines.ts';

/** Controls, line separators, marks of direction, what nobody sees, tags, lone surrogates. */
const HOSTILE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}\p{Default_Ignorable_Code_Point}]/u;
/** SGR, as our styles and the log's write it. */
const OUR_COLOURS = new RegExp(`${String.fromCharCode(0x1b)}\\[\\d{1,2}m`, 'g');
const FORGED = '\nmesh 0123: only its members\r\u0085\u2028';
const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\u001b[31m',
        '\u001b]0;x\u0007',
        '\u009b2J',
        '\u202e',
        '\u200b',
        '\ufeff',
        '\u{e0041}',
        FORGED,
        '\ud800',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => `x${parts.join('')}`);

type ResponderEvent = Parameters<typeof describeResponderEvent>[0];

/** One event of each kind, with every field that it can have: a kind or a field that is new is missing here until it is added. */
type Examples<Event extends { readonly kind: string }> = {
  readonly [Kind in Event['kind']]: Required<Event & { readonly kind: Kind }>;
};

const ENDPOINT: Required<Endpoint> = {
  id: 'id',
  service: 's',
  instance: 'i',
  link: 'l',
  addresses: ['a'],
  port: 1,
  priority: 0,
  weight: 0,
  secure: false,
  mesh: 'm',
  source: 'mdns',
  announcer: 'a',
  draining: false,
};
const INSTANCE: Required<Instance> = {
  announcer: 'a',
  name: 'n',
  link: 'l',
  source: 'peer',
  type: '_t._tcp',
  host: 'h',
  port: 1,
  priority: 0,
  weight: 0,
  txt: new Map<string, Uint8Array | true>([
    ['k', Buffer.from('v')],
    ['flag', true],
  ]),
  addresses: [{ address: 'a', interfaceName: 'i', isFromThisHost: false }],
};

const REFUSED: RefusedInstance = {
  service: 's',
  instance: 'i',
  addresses: [{ address: '10.98.77.5', refusal: 'off-link' }],
};
const PROXY: Examples<ProxyEvent> = {
  listening: { kind: 'listening', service: 's', at: [{ kind: 'tcp', address: 'a', port: 1 }], faults: 'f' },
  'endpoint-added': { kind: 'endpoint-added', service: 's', endpoint: ENDPOINT, state: 'ready' },
  'endpoint-updated': { kind: 'endpoint-updated', service: 's', endpoint: ENDPOINT, state: 'ready' },
  'leads-back': { kind: 'leads-back', service: 's', endpoint: ENDPOINT },
  'endpoint-removed': { kind: 'endpoint-removed', service: 's', endpoint: ENDPOINT, state: 'ejected', reason: 'r' },
  'endpoint-state': { kind: 'endpoint-state', service: 's', endpoint: ENDPOINT, state: 'ejected', reason: 'r' },
  'connections-reset': {
    kind: 'connections-reset',
    service: 's',
    endpoint: ENDPOINT,
    state: 'stale',
    count: 1,
    reason: 'r',
  },
  'no-endpoint': { kind: 'no-endpoint', service: 's', waiting: 1, known: 0, refused: [REFUSED] },
  unreachable: { kind: 'unreachable', service: 's', reason: 'r' },
  refused: { kind: 'refused', service: 's', reason: 'r' },
  'connections-full': { kind: 'connections-full', service: 's', limit: 1 },
  overload: { kind: 'overload', service: 's', clients: 2, queue: 'dial' },
  'engine-changed': { kind: 'engine-changed', service: 's', message: 'm' },
  drained: { kind: 'drained', service: 's', finished: 1, reset: 1 },
};
const ANNOUNCER: Examples<AnnouncerEvent> = {
  waiting: { kind: 'waiting', service: 's', reason: 'r' },
  'check-passed': { kind: 'check-passed', service: 's' },
  'check-failed': { kind: 'check-failed', service: 's', reason: 'r' },
  doubtful: { kind: 'doubtful', service: 's', reason: 'r', relays: true },
  relaying: { kind: 'relaying', service: 's', from: ['f'], to: 't' },
  announced: {
    kind: 'announced',
    service: 's',
    instance: 'i',
    type: 't',
    host: 'h',
    port: 1,
    interfaces: ['e'],
    family: 'IPv6',
    peers: 1,
  },
  renamed: { kind: 'renamed', service: 's', from: 'f', to: 't' },
  withdrawn: { kind: 'withdrawn', service: 's', instance: 'i', reason: 'r' },
  'alias-announced': {
    kind: 'alias-announced',
    service: 's',
    alias: 'a',
    port: 1,
    urls: { byName: 'n', byAddress: 'b' },
  },
  'alias-renamed': { kind: 'alias-renamed', service: 's', from: 'f', to: 't' },
  'alias-lost': { kind: 'alias-lost', service: 's', alias: 'a', urls: { byName: 'n', byAddress: 'b' } },
  'alias-withheld': { kind: 'alias-withheld', service: 's', alias: 'a' },
  'connections-full': { kind: 'connections-full', service: 's', limit: 1 },
  overload: { kind: 'overload', service: 's', clients: 2 },
  draining: { kind: 'draining', service: 's', connections: 1 },
  'on-demand': { kind: 'on-demand', service: 's', state: 'failed', reason: 'r', waiting: 1, restMs: 1 },
  stranger: { kind: 'stranger', service: 's', address: 'a', reason: 'r' },
  refused: { kind: 'refused', service: 's', error: new AnnouncerError('LOOPBACK_ONLY', 'm') },
};
const NODE: Examples<NodeEvent> = {
  'interface-up': { kind: 'interface-up', interfaceName: 'e', addresses: ['a'] },
  'interface-down': { kind: 'interface-down', interfaceName: 'e' },
  'link-failed': { kind: 'link-failed', interfaceName: 'e', error: new Error('m') },
  'interfaces-unseen': { kind: 'interfaces-unseen', error: new Error('m') },
  'send-refused': { kind: 'send-refused', interfaceName: 'e', code: 'c' },
  'records-refused': { kind: 'records-refused', interfaceName: 'e' },
  'record-fragmented': { kind: 'record-fragmented', interfaceName: 'e', name: 'n', bytes: 2, mtu: 1 },
  'host-renamed': { kind: 'host-renamed', from: 'f', to: 't' },
  'name-disputed': { kind: 'name-disputed', name: 'n' },
};
const BROWSE: Examples<ListEvent> = {
  added: { kind: 'added', instance: INSTANCE },
  updated: { kind: 'updated', instance: INSTANCE },
  removed: { kind: 'removed', instance: INSTANCE, lost: 'goodbye' },
};
const DOCKER: Examples<DockerEvent> = {
  'docker-connected': { kind: 'docker-connected' },
  'docker-lost': { kind: 'docker-lost', reason: 'r' },
  'container-refused': { kind: 'container-refused', container: 'c', reason: 'r' },
};
const FEED: Examples<FeedEvent> = {
  'reader-joined': { kind: 'reader-joined', service: 's', readers: 1 },
  'reader-left': { kind: 'reader-left', service: 's', readers: 1 },
  'reader-refused': { kind: 'reader-refused', reason: 'r' },
};
const REGISTRAR: Examples<RegistrarEvent> = {
  registered: { kind: 'registered', registry: 'r', name: 'n', entry: 'e', address: 'a', port: 1 },
  'register-failed': { kind: 'register-failed', registry: 'r', name: 'n', reason: 'r' },
};
const RESPONDER: Examples<ResponderEvent> = {
  'responder-lost': { kind: 'responder-lost', reason: 'r' },
  'responder-back': { kind: 'responder-back' },
  'publish-failed': { kind: 'publish-failed', name: 'n', reason: 'r' },
};
const CREDENTIALS: Examples<CredentialEvent> = {
  refused: { kind: 'refused', protocol: 'redis', destination: 'd', reason: 'r' },
  outdated: { kind: 'outdated', protocol: 'redis', destination: 'd' },
  unproven: { kind: 'unproven', protocol: 'redis', destination: 'd' },
  stranger: { kind: 'stranger', protocol: 'redis', destination: 'd', uid: 1 },
  foreign: { kind: 'foreign', protocol: 'redis', reason: 'r' },
  fault: { kind: 'fault', protocol: 'redis', destination: 'd', reason: 'r' },
  'tls-client': { kind: 'tls-client', protocol: 'redis' },
  moved: { kind: 'moved', protocol: 'redis', to: 't' },
};
const SECRETS: Examples<SecretFileEvent> = {
  'secret-changed': { kind: 'secret-changed', name: 'n' },
  'secret-ends-blank': { kind: 'secret-ends-blank', name: 'n' },
  'secret-unreadable': { kind: 'secret-unreadable', name: 'n', reason: 'r' },
};
const QUARANTINE: Required<QuarantineEvent> = { service: 's', place: 'p', reason: 'r', forMs: 1, isFirst: true };

/** Words of which we choose one by ourselves; all others may be anybody's. */
const OUR_KEYS: readonly string[] = ['kind', 'state', 'lost'];

/** The same with this text in the place of every text, within too. */
function poison<Value>(value: Value, text: string): Value;
function poison(value: unknown, text: string): unknown {
  if (typeof value === 'string') return text;
  if (value instanceof AnnouncerError) return new AnnouncerError(text, text);
  if (value instanceof Error) return new Error(text);
  if (value instanceof Uint8Array) return Buffer.from(text);
  if (value instanceof Map) {
    return new Map([...value].map(([key, one], index) => [`${text}${key}${index}`, poison(one, text)]));
  }
  if (Array.isArray(value)) return value.map((one) => poison(one, text));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, OUR_KEYS.includes(key) ? one : poison(one, text)]);
  return Object.fromEntries(entries);
}

const TELLERS: readonly (readonly [string, (reporter: Reporter, text: string) => void])[] = [
  ...Object.values(PROXY).map((event) =>
    teller(event, (told) => [describeProxyEvent(told, 1_000), proxyEventToFact(told)]),
  ),
  ...Object.values(ANNOUNCER).map((event) =>
    teller(event, (told) => [describeAnnouncerEvent(told, []), announcerEventToFact(told)]),
  ),
  ...Object.values(BROWSE).map((event) =>
    teller(event, (told) => [describeBrowseEvent(told, () => 'off-link'), browseEventToJson(told, false)]),
  ),
  ...Object.values(DOCKER).map((event) => teller(event, (told) => [describeDockerEvent(told), toFact(told)])),
  ...Object.values(FEED).map((event) => teller(event, (told) => [describeFeedEvent(told), toFact(told)])),
  ...Object.values(REGISTRAR).map((event) => teller(event, (told) => [describeRegistrarEvent(told), toFact(told)])),
  ...Object.values(RESPONDER).map((event) => teller(event, (told) => [describeResponderEvent(told), toFact(told)])),
  ...Object.values(CREDENTIALS).map((event) =>
    teller(event, (told) => [describeCredentialEvent(told.kind, told), toFact(told)]),
  ),
  ...Object.values(SECRETS).map((event) =>
    teller(event, (told) => [describeSecretEvent(told.kind, told), toFact(told)]),
  ),
  teller({ kind: 'quarantined', ...QUARANTINE }, (told) => [describeQuarantine(told), toFact(told)]),
  ...Object.values(NODE).map(
    (event) =>
      [
        event.kind,
        (reporter: Reporter, text: string) => tellNodeEvent(reporter, poison(event, text), 'linux'),
      ] as const,
  ),
];

function teller<Event extends { readonly kind: string }>(
  event: Event,
  tell: (told: Event) => readonly [string | undefined, Parameters<Reporter['tell']>[1]],
): readonly [string, (reporter: Reporter, text: string) => void] {
  return [event.kind, (reporter, text) => reporter.tell(...tell(poison(event, text)))];
}

/** Collects what is written. */
function openPage(isTTY = false): { readonly isTTY: boolean; readonly write: (text: string) => void; text: string } {
  const page = {
    isTTY,
    text: '',
    write: (text: string): void => {
      page.text += text;
    },
  };
  return page;
}

/** What is written in all, when it is told to people, to programs, and in both forms of the log, on a terminal. */
function write(tell: (reporter: Reporter) => void): {
  readonly people: string;
  readonly json: string;
  readonly log: string;
} {
  const env = { TERM: 'xterm' };
  const [people, json, log] = [openPage(true), openPage(true), openPage(true)];
  const printer = createPrinter(people, env);
  for (const format of ['pretty', 'json'] as const) {
    tell(createReporter(printer, createLog({ format, level: 'trace' }, printer, log), false));
  }
  tell(createReporter(createPrinter(json, env), createLog({ level: 'silent' }, printer, log), true));
  return { people: people.text, json: json.text, log: log.text };
}

function expectPrintableLines(text: string, count?: number): void {
  const lines = text.replaceAll(OUR_COLOURS, '').split('\n');
  expect(lines.pop()).toBe('');
  if (count !== undefined) expect(lines).toHaveLength(count);
  for (const line of lines) expect(line).not.toMatch(HOSTILE);
}

/** No interface, one that is left out and one that is waited for. */
function networkOf(text: string): NetworkFacts {
  return { interfaces: () => [], skipped: () => [{ name: text, reason: text }], awaited: () => [text] };
}

describe('whatever the network calls things', () => {
  test.each(TELLERS)('%s is one printable line for people, for programs and in the log', (_, tell) => {
    const calm = write((reporter) => tell(reporter, 'calm')).people.split('\n').length - 1;
    fc.assert(
      fc.property(hostileText, (text) => {
        const { people, json, log } = write((reporter) => tell(reporter, text));
        if (people !== '') expectPrintableLines(people, calm);
        expectPrintableLines(json, 1);
        expectPrintableLines(log, 2);
        const told: unknown[] = [];
        tell({ tell: (_line, fact) => told.push(fact) }, text);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(told[0])));
        expect(JSON.parse(log.slice(log.indexOf('\n') + 1))).toBeTypeOf('object');
      }),
      { numRuns: 30 },
    );
  });

  test('the start, tables and findings have as many lines as ever, and colours of ours alone', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const start = write((reporter) =>
          tellStart(reporter, networkOf(text), { kind: 'mesh', ids: [text], standing: text }),
        );
        expectPrintableLines(start.people, 2 * 3);
        const page = openPage(true);
        const printer = createPrinter(page, { TERM: 'xterm' });
        for (const line of formatInstances([poison(INSTANCE, text)], printer.style, 80, () => 'off-link'))
          printer.line(...line);
        const finding = { check: 'port', status: 'problem', message: text, remedy: text } as const;
        for (const line of formatFindings([finding], printer.style)) printer.line(...line);
        expectPrintableLines(page.text, 4);
        expect(page.text.match(OUR_COLOURS)).toHaveLength(4);
      }),
      { numRuns: 30 },
    );
  });

  test('the log of connections is one printable line each', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const page = openPage();
        const log = createConnectionLog(page);
        const told = {
          service: 's',
          endpoint: ENDPOINT,
          address: 'a',
          outcome: { kind: 'failed', reason: 'r' },
        } as const;
        log({ ...poison(told, text), bytesUp: 0, bytesDown: 0, durationMs: 1 });
        expectPrintableLines(page.text, 1);
        expect(JSON.parse(page.text)).toMatchObject({ instance: text, reason: text });
      }),
      { numRuns: 30 },
    );
  });

  test('a text of several lines keeps its lines and nothing else', () => {
    const page = openPage();
    createPrinter(page, {}).text('one\n\u001b[2Jtwo\u009b');
    expect(page.text).toBe('one\n\\u{1b}[2Jtwo\\u{9b}\n');
  });
});
