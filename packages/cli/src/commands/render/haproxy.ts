import { formatPlace, type Target } from '@mdns-ambassador/relay';
import { HEADING, type RenderedService } from './rendered-service.ts';
import { listServers } from './server.ts';

/** haproxy's configuration manual, 5.2 "weight". */
const HIGHEST_WEIGHT = 256;

/** A configuration for haproxy 2.4 and later: whole, and fit to stand beside other files (`-f main.cfg -f this.cfg`). */
export function renderHaproxy(services: readonly RenderedService[]): string {
  return [
    HEADING,
    ...services.flatMap((service) => ['', ...writeFrontend(service), '', ...writeBackend(service)]),
    '',
  ].join('\n');
}

function writeFrontend({ service, listen }: RenderedService): readonly string[] {
  return [
    `frontend ${service}`,
    '  mode tcp',
    ...listen.map((place) => `  bind ${formatBind(place)}`),
    '  option clitcpka',
    '  timeout client 24h',
    `  default_backend ${service}`,
  ];
}

function writeBackend({ service, endpoints }: RenderedService): readonly string[] {
  const { servers, isOneLevelOfBackups } = listServers(endpoints, HIGHEST_WEIGHT);
  return [
    `backend ${service}`,
    '  mode tcp',
    '  balance roundrobin',
    '  option redispatch 1',
    '  option srvtcpka',
    // Without it the first backup that is up takes all: right where they are of several priorities.
    ...(isOneLevelOfBackups ? ['  option allbackups'] : []),
    '  retries 3',
    '  timeout connect 1s',
    '  timeout server 24h',
    ...servers.flatMap(({ place, name, comment, weight, isBackup }) => [
      ...(comment === undefined ? [] : [`  ${comment}`]),
      `  server ${name} ${place} check inter 2s fall 2 rise 1 weight ${weight}${isBackup ? ' backup' : ''}`,
    ]),
  ];
}

function formatBind(place: Target): string {
  return place.kind === 'unix' ? `unix@${place.path}` : formatPlace(place.address, place.port);
}
