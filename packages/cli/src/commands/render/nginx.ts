import { formatPlace, type Target } from '@mdns-ambassador/relay';
import { HEADING, type RenderedService } from './rendered-service.ts';
import { listServers } from './server.ts';

const HIGHEST_WEIGHT = 65_535;
/** An upstream must have a server; nobody is asked at this one. */
const NOBODY = 'server 127.0.0.1:9 down;';

/** A whole configuration for nginx with its stream module, as Debian and nginx.org build it. */
export function renderNginx(services: readonly RenderedService[]): string {
  return [
    HEADING,
    '# The stream module, where it is not built in.',
    'include /etc/nginx/modules-enabled/*.conf;',
    'worker_processes auto;',
    'events {',
    '  worker_connections 4096;',
    '}',
    'stream {',
    ...writeStream(services).map((line) => (line === '' ? '' : `  ${line}`)),
    '}',
    '',
  ].join('\n');
}

/** What stands within `stream { }` alone, for a configuration that includes it there. */
export function renderNginxFragment(services: readonly RenderedService[]): string {
  return [HEADING, ...writeStream(services), ''].join('\n');
}

function writeStream(services: readonly RenderedService[]): readonly string[] {
  return services.flatMap((service, index) => [
    ...(index === 0 ? [] : ['']),
    ...writeUpstream(service),
    '',
    ...writeServer(service),
  ]);
}

function writeUpstream({ service, endpoints }: RenderedService): readonly string[] {
  const { servers } = listServers(endpoints, HIGHEST_WEIGHT);
  const lines = servers.flatMap(({ place, comment, weight, isBackup }) => [
    ...(comment === undefined ? [] : [comment]),
    `server ${place} weight=${weight} max_fails=1 fail_timeout=2s${isBackup ? ' backup' : ''};`,
  ]);
  return [`upstream ${service} {`, ...(lines.length === 0 ? [NOBODY] : lines).map((line) => `  ${line}`), '}'];
}

function writeServer({ service, listen }: RenderedService): readonly string[] {
  return [
    'server {',
    ...listen.map((place) => `  listen ${formatListen(place)};`),
    `  proxy_pass ${service};`,
    '  proxy_connect_timeout 1s;',
    '  proxy_timeout 24h;',
    '  proxy_socket_keepalive on;',
    '}',
  ];
}

function formatListen(place: Target): string {
  return place.kind === 'unix' ? `unix:${place.path}` : `${formatPlace(place.address, place.port)} so_keepalive=on`;
}
