import type { BalancerName } from '../../pool/balancer.ts';
import type { ProxyOptions } from '../../proxy-options.ts';
import { describeServer, type Server } from './server.ts';

/** The one frontend, and the one backend. */
export const PROXY_NAME = 'service';
/** Who takes the clients for whom haproxy has nobody: ambassador itself. */
export const WAITING_ROOM = 'ambassador-itself';

/**
 * As long as engine node waits before it dials another beside a silent one (RFC 8305 5). It is also how long haproxy rests after
 * a refusal where one other server is left. When all are silent, ambassador takes over, with all the time there is.
 */
const DIAL_MS = 250;
const MOST_RETRIES = 100;
/** As engine node has them: relay's dial.ts, what libuv makes of that, and splice.ts. The kernel's own interval is 75 s. */
const KEEP_ALIVE = { idleSeconds: 15, intervalSeconds: 1, probes: 10 };
const HALF_OPEN_IDLE_MS = 600_000;
/** What is above the limit must be accepted to be turned away. */
const TURNED_AWAY_AT_ONCE = 256;

/** Dynamic servers need an algorithm that is dynamic (haproxy's management guide, "add server"). */
const BALANCES: Readonly<Record<BalancerName, readonly string[]>> = {
  p2c: ['balance random(2)'],
  random: ['balance random(1)'],
  'round-robin': ['balance roundrobin'],
  first: ['balance roundrobin'],
  'least-connections': ['balance leastconn'],
  'source-hash': ['balance source', 'hash-type consistent'],
};

/** `drainTimeoutMs`: how long connections may go on when haproxy is told to finish. */
export interface ConfigurationOptions
  extends Pick<ProxyOptions, 'balance' | 'maxConnections' | 'connectTimeoutMs' | 'drainTimeoutMs'> {
  /** Where haproxy is told what to do. */
  readonly adminPath: string;
  /** Where ambassador takes clients. */
  readonly waitingPath: string;
  /** Descriptors of the sockets to listen on, as the child process has them. */
  readonly listenFds: readonly number[];
  readonly servers: readonly Server[];
  readonly isLogged: boolean;
}

/** The fields of one line for each connection that has ended (haproxy's configuration manual, 8.2.4). */
const LOG_FORMAT = '%ci %cp %s %ts %U %B %Tt %Tc';

/** A configuration for haproxy 2.6 and later. */
export function writeConfiguration(options: ConfigurationOptions): string {
  const { adminPath, waitingPath, maxConnections, connectTimeoutMs, listenFds, servers, isLogged, drainTimeoutMs } =
    options;
  const most = maxConnections + TURNED_AWAY_AT_ONCE;
  const lines = [
    'global',
    `  stats socket unix@${adminPath} mode 600 level admin`,
    '  stats maxconn 16',
    `  maxconn ${most}`,
    '  no strict-limits',
    `  hard-stop-after ${Math.max(1, drainTimeoutMs)}ms`,
    ...(isLogged ? ['  log stdout len 1024 format raw local0 info'] : []),
    `frontend ${PROXY_NAME}`,
    '  mode tcp',
    ...listenFds.map((fd) => `  bind fd@${fd}`),
    `  maxconn ${most}`,
    '  backlog 4096',
    // Threads that wake for one connection all count it in fe_conn for a moment; be_conn tells of those who are in.
    `  tcp-request connection reject if { fe_conn gt ${maxConnections} } { be_conn(${PROXY_NAME}) ge ${maxConnections} }`,
    '  option contstats',
    ...writeKeepAlive('cli'),
    `  timeout client-fin ${HALF_OPEN_IDLE_MS}ms`,
    ...(isLogged ? ['  log global', `  log-format "${LOG_FORMAT}"`] : []),
    `  default_backend ${PROXY_NAME}`,
    `backend ${PROXY_NAME}`,
    '  mode tcp',
    ...BALANCES[options.balance].map((line) => `  ${line}`),
    '  option redispatch 1',
    // Who fails once is marked dead, so that each endpoint is dialled once, as long as there is time.
    `  retries ${Math.min(MOST_RETRIES, Math.ceil(connectTimeoutMs / DIAL_MS))}`,
    `  timeout connect ${DIAL_MS}ms`,
    '  timeout check 1s',
    ...writeKeepAlive('srv'),
    `  timeout server-fin ${HALF_OPEN_IDLE_MS}ms`,
    `  server ${WAITING_ROOM} unix@${waitingPath} backup`,
    ...servers.map((server) => `  server ${server.name} ${describeServer(server)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function writeKeepAlive(side: 'cli' | 'srv'): readonly string[] {
  return [
    `  option ${side}tcpka`,
    `  ${side}tcpka-idle ${KEEP_ALIVE.idleSeconds}s`,
    `  ${side}tcpka-intvl ${KEEP_ALIVE.intervalSeconds}s`,
    `  ${side}tcpka-cnt ${KEEP_ALIVE.probes}`,
  ];
}
