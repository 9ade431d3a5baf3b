import type { BalancerName, EngineChoice } from '@mdns-ambassador/ambassador';
import { type CheckOptions, chooseIntervalMs } from '@mdns-ambassador/checks';
import { formatTarget, isLocalTarget, type ListenPlace, type Target } from '@mdns-ambassador/relay';
import { ADMIN_OPTION } from './admin-request.ts';
import { requireWellKnownPort, SHORTEST_CHECK_INTERVAL_MS } from './announce-request.ts';
import { CliError } from './cli-error.ts';
import { CREDENTIALS_OPTION, type InjectionRequest, readProxyInjection } from './credentials/injection-request.ts';
import { ENGINE_OPTIONS, listensElsewhere, readEngine } from './engine-request.ts';
import { EXIT_CONFIG, EXIT_REFUSED } from './exit-codes.ts';
import { parseProxyCheck } from './parse/check.ts';
import { parseChoice } from './parse/choice.ts';
import { parseDuration } from './parse/duration.ts';
import { parseInteger } from './parse/integer.ts';
import { listenOnLoopback, parseListen } from './parse/listen.ts';
import { parseProxiedService } from './parse/service-argument.ts';
import type { Option } from './settings/option.ts';
import type { ServiceRequest } from './settings/service-requests.ts';
import { type Given, readGiven } from './settings/settings.ts';
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

/** What `proxy` and `render` share. */
export const LISTEN_OPTIONS: readonly Option[] = [
  {
    name: 'listen',
    kind: 'list',
    summary: 'ADDRESS:PORT or unix:PATH; repeatable',
    byDefault: "localhost and the service's port",
  },
  { name: 'allow-remote', kind: 'flag', summary: 'Let --listen accept connections from other machines' },
];

export const PROXY_OPTIONS: readonly Option[] = [
  ...LISTEN_OPTIONS,
  ...SOURCE_OPTIONS,
  { name: 'balance', kind: 'text', summary: 'How an endpoint is chosen', byDefault: 'p2c', choices: BALANCERS },
  {
    name: 'check',
    kind: 'text',
    summary:
      'Use an endpoint only while this passes: tcp, http:/path, redis, redis-primary, postgres, postgres-primary[:USER[@DB]], mysql, ssh, exec:CMD',
    byDefault: 'none',
    beginnings: [
      'tcp',
      'http:/',
      'redis',
      'redis-primary',
      'postgres',
      'postgres-primary',
      'mysql',
      'ssh',
      'exec:',
      'none',
    ],
  },
  { name: 'check-interval', kind: 'text', summary: 'Time between two looks', byDefault: '2s; 10s for mysql and ssh' },
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
    summary: 'How long connections may finish when the proxy stops, or their endpoint leaves',
    byDefault: '30s',
  },
  {
    name: 'max-connections',
    kind: 'text',
    summary: 'Most connections at a time',
    byDefault: 'from the limit on open files',
  },
  CREDENTIALS_OPTION,
  {
    name: 'insecure-inject',
    kind: 'flag',
    summary: 'Tell the credentials to endpoints that are written down (static:, dns:, srv:, file:) and prove nothing',
  },
  ...ENGINE_OPTIONS,
  ADMIN_OPTION,
  { name: 'log-connections', kind: 'flag', summary: 'Log each connection when it has ended, as one JSON line' },
  { name: 'json', kind: 'flag', summary: 'Print events as one JSON document a line' },
];

/** What one request to proxy asks for; sources are yet to be made of the origins. */
export interface ProxyRequest {
  readonly service: string;
  /** What is browsed: `_redis._tcp`. */
  readonly type: string;
  readonly listen: readonly ListenPlace[];
  readonly origins: Origins;
  readonly engine: EngineChoice;
  readonly balance: BalancerName;
  readonly connectTimeoutMs: number;
  readonly onEndpointLost: 'keep' | 'drain' | 'close';
  readonly drainTimeoutMs: number;
  /** Absent: from the limit on open files. */
  readonly maxConnections?: number;
  /** `none`: endpoints are judged by their dials alone. */
  readonly activeCheck: CheckOptions;
  readonly checkIntervalMs: number;
  /** Absent: the application logs in itself. */
  readonly injected?: InjectionRequest;
}

/** What the machine adds to what was written. */
export interface ProxyMachine {
  readonly platform: NodeJS.Platform;
  /** Listening sockets that were passed to this process for the service; where there are some, it listens on them alone. */
  readonly passedFds: readonly number[];
}

/** Where to listen for a service: as `--listen` says, else on both loopbacks. Throws a CliError for what is not allowed. */
export function readLocalPlaces(
  { service: given, settings }: ServiceRequest,
  platform: NodeJS.Platform,
): readonly Target[] {
  const { service, port } = readGiven(given, parseProxiedService);
  const written = settings.readEach('listen', parseListen).flat();
  if (written.length > 0 && port !== undefined) {
    const [listen] = settings.find('listen');
    throw new CliError(
      listen?.exitCode ?? given.exitCode,
      `"${given.text}" and ${listen?.origin} both say where to listen; write the port in one of them`,
    );
  }
  refuseRemote(written, settings.isSet('allow-remote'), settings.find('listen')[0]);
  return written.length > 0
    ? written
    : listenOnLoopback(port ?? readGiven(given, () => requireWellKnownPort(service, platform)));
}

/** Throws a CliError that names the first wrong value. */
export function readProxyRequest(request: ServiceRequest, { platform, passedFds }: ProxyMachine): ProxyRequest {
  const { settings } = request;
  const { service, type } = readGiven(request.service, parseProxiedService);
  const engine = readEngine(request, platform);
  const allowRemote = settings.isSet('allow-remote');
  const origins = readOrigins(settings);
  const injected = readProxyInjection(request, service, origins);
  const activeCheck: CheckOptions = settings.read('check', parseProxyCheck) ?? { kind: 'none' };
  const maxConnections = settings.read('max-connections', (text) => parseInteger(text, 1, MOST_CONNECTIONS));
  return {
    service,
    type,
    engine,
    listen: listensElsewhere(engine)
      ? []
      : passedFds.length > 0
        ? passedFds.map((fd): ListenPlace => ({ kind: 'inherited', fd, allowRemote }))
        : readLocalPlaces(request, platform),
    origins,
    balance: settings.read('balance', (text) => parseChoice(text, BALANCERS)) ?? 'p2c',
    connectTimeoutMs: settings.read('connect-timeout', parseDuration) ?? DEFAULT_CONNECT_TIMEOUT_MS,
    onEndpointLost: settings.read('on-endpoint-lost', (text) => parseChoice(text, ON_LOST)) ?? 'keep',
    drainTimeoutMs: settings.read('drain-timeout', (text) => parseDuration(text, 0)) ?? DEFAULT_DRAIN_TIMEOUT_MS,
    activeCheck,
    checkIntervalMs:
      settings.read('check-interval', (text) => parseDuration(text, SHORTEST_CHECK_INTERVAL_MS)) ??
      chooseIntervalMs(activeCheck),
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(injected === undefined ? {} : { injected }),
  };
}

function refuseRemote(listen: readonly Target[], isAllowed: boolean, given: Given | undefined): void {
  const remote = listen.find((target) => !isLocalTarget(target));
  if (remote === undefined || isAllowed) return;
  const permission = given?.exitCode === EXIT_CONFIG ? 'allowRemote: true' : '--allow-remote';
  throw new CliError(
    EXIT_REFUSED,
    `${given?.origin}: ${formatTarget(remote)} accepts connections from other machines; add ${permission} if that is meant, or write 127.0.0.1`,
  );
}
