import { isIPv4 } from 'node:net';
import type { EngineChoice } from '@mdns-ambassador/ambassador';
import { formatTarget, isLoopback } from '@mdns-ambassador/relay';
import { CliError, InvalidValue } from '../exit/cli-error.ts';
import { EXIT_CONFIG } from '../exit/exit-codes.ts';
import { ENGINES } from '../options/engine-options.ts';
import { parseChoice } from '../parse/choice.ts';
import { parseListen } from '../parse/listen.ts';
import { parseProxiedService } from '../parse/service-argument.ts';
import { type Given, readGiven, type Settings } from '../settings/settings.ts';
import { describeGoingWithout, isUsualKey } from '../settings/usual-key.ts';
import type { ServiceRequest } from './service-requests.ts';

/** haproxy's names (configuration manual, 2.2): what else there is would end the command. */
const BACKEND = /^[A-Za-z0-9_.:-]+$/;

/** What the haproxy of somebody else decides by its own configuration. */
const DECIDED_BY_HAPROXY = ['listen', 'balance', 'max-connections', 'log-connections'];
/** What runs on the way of each connection, which haproxy does not know. */
const NEEDS_NODE = ['mesh-key-file', 'credentials', 'accept-proxy', 'send-proxy', 'wake', 'fault'];

/** Throws a CliError for what does not go together. */
export function readEngine(
  { service: given, settings, credentials }: ServiceRequest,
  platform: NodeJS.Platform,
): EngineChoice {
  const kind = settings.read('engine', (text) => parseChoice(text, ENGINES)) ?? 'node';
  const socket = settings.read('haproxy-socket', (text) => text);
  const backend = settings.read('haproxy-backend', parseBackend);
  switch (kind) {
    case 'node':
      refuse(settings, ['haproxy-socket', 'haproxy-backend'], 'needs engine haproxy; add it, or leave this out');
      return { kind };
    case 'haproxy':
      if (platform === 'win32') refuse(settings, ['engine'], 'haproxy does not run on Windows; write node');
      refuseWhatNeedsNode(settings, credentials);
      if (socket === undefined) {
        refuse(settings, ['haproxy-backend'], 'is for --haproxy-socket; add it, or leave this out');
        return { kind };
      }
      refuse(
        settings,
        DECIDED_BY_HAPROXY,
        "is decided by the configuration of --haproxy-socket's haproxy; leave it out",
      );
      return { kind, driven: { socket, backend: readBackend(given, backend) } };
    case 'nftables':
      if (platform !== 'linux') refuse(settings, ['engine'], "nftables is Linux'; write node");
      refuse(settings, ['haproxy-socket', 'haproxy-backend'], 'needs engine haproxy; add it, or leave this out');
      refuseWhatNeedsNode(settings, credentials);
      refuse(
        settings,
        ['log-connections'],
        'needs engine node or haproxy, which see each connection; leave one of them out',
      );
      refuseBeyondLoopback(settings);
      return { kind };
    default:
      return kind satisfies never;
  }
}

/** Whether clients connect to a listener that is none of ours. */
export function listensElsewhere(engine: EngineChoice): boolean {
  return engine.kind === 'haproxy' && engine.driven !== undefined;
}

function refuseWhatNeedsNode(settings: Settings, credentials: ServiceRequest['credentials']): void {
  if (credentials !== undefined) {
    const place = credentials.document.locate(credentials.path);
    throw new CliError(EXIT_CONFIG, `${place}: credentials need engine node; leave one of them out`);
  }
  refuse(
    settings,
    NEEDS_NODE,
    'needs engine node, which sees each connection before its first byte; leave one of them out',
  );
}

/** The kernel translates what this machine sends to 127.0.0.0/8; `::1` beside it is engine node's. */
function refuseBeyondLoopback(settings: Settings): void {
  const [given] = settings.find('listen');
  if (given === undefined) return;
  const places = settings.readEach('listen', parseListen).flat();
  const beyond = places.find((place) => place.kind !== 'tcp' || !isLoopback(place.address));
  const hasIpv4 = places.some((place) => place.kind === 'tcp' && isIPv4(place.address));
  if (beyond === undefined && hasIpv4) return;
  const named = beyond ?? places[0];
  throw new CliError(
    given.exitCode,
    `${given.origin}: ${named === undefined ? '' : formatTarget(named)}: engine nftables carries what connects to 127.0.0.1; listen there, or write engine node`,
  );
}

function readBackend(service: Given, backend: string | undefined): string {
  const name = readGiven(service, parseUnplacedService);
  return backend ?? name;
}

function parseUnplacedService(text: string): string {
  const { service, port } = parseProxiedService(text);
  if (port === undefined) return service;
  throw new InvalidValue(`where to listen is decided by the haproxy of --haproxy-socket; write "${service}" alone`);
}

function parseBackend(text: string): string {
  if (BACKEND.test(text)) return text;
  throw new InvalidValue('name the backend as haproxy does: letters, digits and - _ . :');
}

/** The first of the options that is set is refused. */
function refuse(settings: Settings, options: readonly string[], sentence: string): void {
  const [given] = options.flatMap((option) => settings.find(option));
  if (given === undefined) return;
  const without = isUsualKey(given) ? `, or ${describeGoingWithout(given)}` : '';
  throw new CliError(given.exitCode, `${given.origin} ${sentence}${without}`);
}
