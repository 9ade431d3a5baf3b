import { formatFaults } from '@mdns-ambassador/ambassador';
import { SERVICE_PLACEHOLDER } from '@mdns-ambassador/registries';
import { formatListenPlace, formatPlace } from '@mdns-ambassador/relay';
import type { ResponderName } from '../../options/announce-options.ts';
import { escapeText } from '../../output/escape.ts';
import { joinWords, quoteName } from '../../output/phrases.ts';
import { formatDuration } from '../../parse/duration.ts';
import { folderOf, formatRegistry } from '../../parse/registry.ts';
import type { Targets } from '../../requests/announce-request.ts';
import type { FilePlan } from '../../requests/file-plan.ts';
import type { PlacedService, PlannedContainers, PlannedProxy } from '../../requests/plan.ts';

/** What `up --dry-run` would do, one line each. */
export function describePlan(plan: FilePlan): readonly string[] {
  const admin = plan.fixed.admin?.at(-1);
  return [
    ...plan.announce.map(describeAnnouncement),
    ...plan.proxy.map(describeProxy),
    ...plan.docker.map(describeContainers),
    ...plan.agent.map(({ at }) => `tell containers what is on the network at ${at.path}`),
    ...plan.dns.map(({ domain, at }) => `answer DNS for ${domain} on ${joinWords(at.map(formatListenPlace))}`),
    ...(admin === undefined ? [] : [`admin on ${admin}`]),
  ];
}

/** The same for programs. */
export function planToJson({ announce, proxy, docker, agent, dns, fixed }: FilePlan): object {
  const admin = fixed.admin?.at(-1);
  return {
    announce: announce.map(
      ({ service, instance, type, alias, host, port, priority, weight, check, relay, targets, responder }) => ({
        service,
        instance,
        type,
        ...(alias === undefined ? {} : { alias: `${alias}.local` }),
        ...(host === undefined ? {} : { host }),
        port,
        priority,
        weight,
        check: check.kind,
        relay,
        to: listTargets(targets),
        responder,
      }),
    ),
    proxy: proxy.map(({ service, listen, origins, balance, prefer, workers }) => ({
      service,
      listen: listen.map(formatListenPlace),
      from: origins.from.map(({ kind }) => kind),
      merge: origins.merge,
      balance,
      prefer,
      ...(workers === 1 ? {} : { workers }),
    })),
    ...(docker.length === 0 ? {} : { docker: true }),
    ...(agent.length === 0 ? {} : { agent: agent.map(({ at }) => at.path) }),
    ...(dns.length === 0 ? {} : { dns: dns.map(({ domain, at }) => ({ domain, listen: at.map(formatListenPlace) })) }),
    ...(admin === undefined ? {} : { admin }),
  };
}

function describeAnnouncement(options: PlacedService): string {
  const { service, instance, type, alias, host, port, check, checkIntervalMs, relay, targets, responder } = options;
  const name = alias === undefined ? '' : `, as ${alias}.local`;
  const place = host === undefined ? `port ${port}` : formatPlace(host, port);
  const looking =
    check.kind === 'none' ? 'unchecked' : `checked by ${check.kind} every ${formatDuration(checkIntervalMs)}`;
  return `announce ${service} as ${quoteName(instance)} (${type}): ${place}, ${looking}${relay ? ', relayed' : ''}${name}${describeTargets(targets)}${describeResponder(responder)}`;
}

function describeResponder(responder: ResponderName): string {
  return responder === 'native' ? '' : `, through ${responder}`;
}

function describeContainers({ address, responder }: PlannedContainers): string {
  const where = address.kind === 'socket' ? address.path : `${address.host}:${address.port}`;
  return `announce the containers of this host, from ${where}${describeResponder(responder)}`;
}

function describeTargets(targets: Targets): string {
  return targets.registries.length === 0 ? '' : `, to ${joinWords(listTargets(targets).map(escapeText))}`;
}

/** As they would stand in the file. */
function listTargets({ isMdns, registries }: Targets): readonly string[] {
  const places = registries.map((spec) => `${formatRegistry(spec)}${folderOf(spec, SERVICE_PLACEHOLDER)}`);
  return isMdns ? ['mdns', ...places] : places;
}

function describeProxy({ service, listen, origins, balance, prefer, faults, workers }: PlannedProxy): string {
  const sources = joinWords(origins.from.map(({ kind }) => kind));
  const merge = origins.from.length > 1 ? ` (${origins.merge})` : '';
  return `proxy ${service}: listen on ${joinWords(listen.map(formatListenPlace))}, from ${sources}${merge}, ${balance}${prefer === 'local' ? ', near ones first' : ''}${workers === 1 ? '' : `, by ${workers} workers`}${faults === undefined ? '' : `, WITH FAULTS: ${formatFaults(faults)}`}`;
}
