import type { BalancerName, EngineChoice, Faults, Preference } from '@mdns-ambassador/ambassador';
import { type CheckOptions, chooseIntervalMs } from '@mdns-ambassador/checks';
import { ownLoopbackAddress } from '@mdns-ambassador/dns';
import { formatTarget, isLocalTarget, type ListenPlace, omitUndefined, type Target } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_REFUSED } from '../exit/exit-codes.ts';
import { BALANCERS, ON_LOST } from '../options/proxy-options.ts';
import { parseProxyCheck } from '../parse/check.ts';
import { parseChoice } from '../parse/choice.ts';
import { parseDuration } from '../parse/duration.ts';
import { parseFaults } from '../parse/faults.ts';
import { parseInteger } from '../parse/integer.ts';
import { listenOnLoopback, parseListen } from '../parse/listen.ts';
import { parseWake } from '../parse/mac.ts';
import { parseProxiedService } from '../parse/service-argument.ts';
import { type Given, readGiven } from '../settings/settings.ts';
import { requireWellKnownPort, SHORTEST_CHECK_INTERVAL_MS } from './announce-request.ts';
import { listensElsewhere, readEngine } from './engine-request.ts';
import { type InjectionRequest, readProxyInjection } from './injection-request.ts';
import { type ProxyProtocolRequest, readProxyProtocol } from './proxy-protocol-request.ts';
import type { ServiceRequest } from './service-requests.ts';
import { type Origins, readOrigins, readPreference } from './source-request.ts';
import { readWorkers } from './workers-request.ts';

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
/** A machine takes its time to get up. */
const WAKE_TIMEOUT_MS = 60_000;
const DEFAULT_DRAIN_TIMEOUT_MS = 30_000;
const MOST_CONNECTIONS = 1_000_000;

/** What one request to proxy asks for; sources are yet to be made of the origins. */
export interface ProxyRequest extends ProxyProtocolRequest {
  readonly service: string;
  /** What is browsed where a whole type was asked for: `_http._tcp`; absent: the service by its name. */
  readonly type?: string | undefined;
  readonly listen: readonly ListenPlace[];
  readonly origins: Origins;
  readonly engine: EngineChoice;
  /** How many processes carry its connections; this one alone where it is 1. */
  readonly workers: number;
  readonly balance: BalancerName;
  readonly prefer: Preference;
  readonly connectTimeoutMs: number;
  /** A hardware address or `auto`; absent: nobody is woken. */
  readonly wake?: string;
  /** What connections are to suffer. */
  readonly faults?: Faults;
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
  readonly passedFds?: readonly number[] | undefined;
  /** Where no port is written; absent: the well-known one. */
  readonly portOfNone?: number | undefined;
  /** Where nothing is written of where to listen: on a loopback address of the service's own, which its name leads to. */
  readonly ownAddress?: boolean | undefined;
}

/** Where to listen for a service: as `--listen` says, else on both loopbacks. Throws a CliError for what is not allowed. */
export function readLocalPlaces(
  { service: given, settings }: ServiceRequest,
  { platform, portOfNone, ownAddress = false }: ProxyMachine,
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
  if (written.length > 0) return written;
  const local = port ?? portOfNone ?? readGiven(given, () => requireWellKnownPort(service, platform));
  return ownAddress ? [{ kind: 'tcp', address: ownLoopbackAddress(service), port: local }] : listenOnLoopback(local);
}

/** Throws a CliError that names the first wrong value. */
export function readProxyRequest(request: ServiceRequest, machine: ProxyMachine): ProxyRequest {
  const { settings } = request;
  const { platform, passedFds = [] } = machine;
  const { service, type } = readGiven(request.service, parseProxiedService);
  const engine = readEngine(request, platform);
  const allowRemote = settings.isSet('allow-remote');
  const origins = readOrigins(settings);
  const injected = readProxyInjection(request, service, origins);
  const activeCheck: CheckOptions = settings.read('check', parseProxyCheck) ?? { kind: 'none' };
  const faults = settings.read('fault', parseFaults);
  const wake = settings.read('wake', parseWake);
  const waitMs = wake === undefined ? DEFAULT_CONNECT_TIMEOUT_MS : WAKE_TIMEOUT_MS;
  const maxConnections = settings.read('max-connections', (text) => parseInteger(text, 1, MOST_CONNECTIONS));
  return {
    service,
    type,
    engine,
    workers: readWorkers(settings, engine, platform),
    listen: listensElsewhere(engine)
      ? []
      : passedFds.length > 0
        ? passedFds.map((fd): ListenPlace => ({ kind: 'inherited', fd, allowRemote }))
        : readLocalPlaces(request, machine),
    origins,
    balance: settings.read('balance', (text) => parseChoice(text, BALANCERS)) ?? 'p2c',
    prefer: readPreference(settings),
    connectTimeoutMs: settings.read('connect-timeout', parseDuration) ?? waitMs,
    onEndpointLost: settings.read('on-endpoint-lost', (text) => parseChoice(text, ON_LOST)) ?? 'keep',
    drainTimeoutMs: settings.read('drain-timeout', (text) => parseDuration(text, 0)) ?? DEFAULT_DRAIN_TIMEOUT_MS,
    activeCheck,
    checkIntervalMs:
      settings.read('check-interval', (text) => parseDuration(text, SHORTEST_CHECK_INTERVAL_MS)) ??
      chooseIntervalMs(activeCheck),
    ...omitUndefined({ wake, faults, maxConnections, injected }),
    ...readProxyProtocol(settings),
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
