import type { BalancerName } from '@mdns-ambassador/ambassador';
import { formatTarget, isLocalTarget, type ListenPlace, type Target } from '@mdns-ambassador/relay';
import { ADMIN_OPTION } from './admin-request.ts';
import { requireWellKnownPort } from './announce-request.ts';
import { CliError } from './cli-error.ts';
import { EXIT_REFUSED } from './exit-codes.ts';
import { parseChoice } from './parse/choice.ts';
import { parseDuration } from './parse/duration.ts';
import { parseInteger } from './parse/integer.ts';
import { listenOnLoopback, parseListen } from './parse/listen.ts';
import { parseProxiedService } from './parse/service-argument.ts';
import type { Option } from './settings/option.ts';
import type { ServiceRequest } from './settings/service-requests.ts';
import { readGiven } from './settings/settings.ts';
import { type Origins, readOrigins, SOURCE_OPTIONS } from './source-request.ts';

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_DRAIN_TIMEOUT_MS = 30_000;
const MOST_CONNECTIONS = 1_000_000;

const BALANCERS: readonly BalancerName[] = [
  'p2c',
  'round-robin',
  'least-connections',
  'random',
  'source-hash',
  'first',
];
const ON_LOST = ['keep', 'drain', 'close'] as const;

export const PROXY_OPTIONS: readonly Option[] = [
  {
    name: 'listen',
    kind: 'list',
    summary: 'ADDRESS:PORT or unix:PATH; repeatable',
    byDefault: "localhost and the service's port",
  },
  { name: 'allow-remote', kind: 'flag', summary: 'Let --listen accept connections from other machines' },
  ...SOURCE_OPTIONS,
  { name: 'balance', kind: 'text', summary: 'How an endpoint is chosen', byDefault: 'p2c', choices: BALANCERS },
  { name: 'connect-timeout', kind: 'text', summary: 'How long a client waits for an endpoint', byDefault: '10s' },
  {
    name: 'on-endpoint-lost',
    kind: 'text',
    summary: 'What happens to the connections of an endpoint that left',
    byDefault: 'keep',
    choices: ON_LOST,
  },
  {
    name: 'drain-timeout',
    kind: 'text',
    summary: 'How long connections may finish when the proxy stops',
    byDefault: '30s',
  },
  {
    name: 'max-connections',
    kind: 'text',
    summary: 'Most connections at a time',
    byDefault: 'from the limit on open files',
  },
  { name: 'engine', kind: 'text', summary: 'What moves the bytes', byDefault: 'node', choices: ['node'] },
  ADMIN_OPTION,
  { name: 'log-connections', kind: 'flag', summary: 'Log each connection when it has ended, as one JSON line' },
  { name: 'json', kind: 'flag', summary: 'Print events as one JSON document a line' },
];

/** What one request to proxy asks for; sources are yet to be made of the origins. */
export interface ProxyRequest {
  readonly service: string;
  readonly listen: readonly ListenPlace[];
  readonly origins: Origins;
  readonly balance: BalancerName;
  readonly connectTimeoutMs: number;
  readonly onEndpointLost: 'keep' | 'drain' | 'close';
  readonly drainTimeoutMs: number;
  /** Absent: from the limit on open files. */
  readonly maxConnections?: number;
}

/** What the machine adds to what was written. */
export interface ProxyMachine {
  readonly platform: NodeJS.Platform;
  /** Listening sockets that were passed to this process for the service; where there are some, it listens on them alone. */
  readonly passedFds: readonly number[];
}

/** Throws a CliError that names the first wrong value. */
export function readProxyRequest(
  { service: given, settings }: ServiceRequest,
  { platform, passedFds }: ProxyMachine,
): ProxyRequest {
  const { service, port } = readGiven(given, parseProxiedService);
  settings.read('engine', (text) => parseChoice(text, ['node']));
  const allowRemote = settings.isSet('allow-remote');
  const written = settings.readEach('listen', parseListen).flat();
  if (written.length > 0 && port !== undefined) {
    const [listen] = settings.find('listen');
    throw new CliError(
      listen?.exitCode ?? given.exitCode,
      `"${given.text}" and ${listen?.origin} both say where to listen; write the port in one of them`,
    );
  }
  refuseRemote(written, allowRemote, settings.find('listen')[0]?.origin);
  const maxConnections = settings.read('max-connections', (text) => parseInteger(text, 1, MOST_CONNECTIONS));
  return {
    service,
    listen:
      passedFds.length > 0
        ? passedFds.map((fd): ListenPlace => ({ kind: 'inherited', fd, allowRemote }))
        : written.length > 0
          ? written
          : listenOnLoopback(port ?? readGiven(given, () => requireWellKnownPort(service, platform))),
    origins: readOrigins(settings),
    balance: settings.read('balance', (text) => parseChoice(text, BALANCERS)) ?? 'p2c',
    connectTimeoutMs: settings.read('connect-timeout', parseDuration) ?? DEFAULT_CONNECT_TIMEOUT_MS,
    onEndpointLost: settings.read('on-endpoint-lost', (text) => parseChoice(text, ON_LOST)) ?? 'keep',
    drainTimeoutMs: settings.read('drain-timeout', (text) => parseDuration(text, 0)) ?? DEFAULT_DRAIN_TIMEOUT_MS,
    ...(maxConnections === undefined ? {} : { maxConnections }),
  };
}

function refuseRemote(listen: readonly Target[], isAllowed: boolean, origin: string | undefined): void {
  const remote = listen.find((target) => !isLocalTarget(target));
  if (remote === undefined || isAllowed) return;
  throw new CliError(
    EXIT_REFUSED,
    `${origin}: ${formatTarget(remote)} accepts connections from other machines; add --allow-remote if that is meant, or write 127.0.0.1`,
  );
}
