import type { Endpoint } from '../../pool/endpoint.ts';
import { chooseOne, type PlannedEndpoint } from '../../pool/plan.ts';
import { describeServer, isReachable, nameServer, type Server } from './server.ts';

/** haproxy's configuration manual, 5.2 "weight". */
const HIGHEST_WEIGHT = 256;

/** A server that haproxy has. */
export interface PresentServer {
  readonly name: string;
  /** Undefined where it is not known. */
  readonly weight: number | undefined;
  readonly isResting: boolean;
  readonly sessions: number;
}

export type ServerChange =
  | { readonly kind: 'add'; readonly server: Server }
  | { readonly kind: 'revive'; readonly name: string; readonly weight: number }
  | { readonly kind: 'weigh'; readonly name: string; readonly weight: number }
  /** It takes no new connections; what it carries goes on. */
  | { readonly kind: 'retire'; readonly name: string }
  /** It carries nothing any more. */
  | { readonly kind: 'remove'; readonly name: string };

/** The servers that take new connections by this plan. `addressOf` says at which of an endpoint's addresses. */
export function listServers(
  plan: readonly PlannedEndpoint[],
  isFirstAlone: boolean,
  addressOf: (endpoint: Endpoint) => string | undefined,
): readonly Server[] {
  const reachable = plan.filter(({ endpoint, isUsed }) => isUsed && endpoint.addresses.some(isReachable));
  // haproxy's own `first` goes on to the next server only where one is full.
  const used = isFirstAlone ? chooseOne(reachable, 'first') : reachable;
  const most = Math.max(...used.map(({ share }) => share));
  return used.map(({ endpoint, share }) => {
    const wanted = addressOf(endpoint);
    const address = wanted !== undefined && isReachable(wanted) ? wanted : (endpoint.addresses.find(isReachable) ?? '');
    const weight = Math.max(1, Math.round((share / most) * HIGHEST_WEIGHT));
    return { name: nameServer(endpoint, address), endpointId: endpoint.id, address, port: endpoint.port, weight };
  });
}

/** What makes the servers that are there the ones that are wanted. */
export function diffServers(wanted: readonly Server[], present: Iterable<PresentServer>): readonly ServerChange[] {
  const wantedByName = new Map(wanted.map((server) => [server.name, server]));
  const there = new Set<string>();
  const changes: ServerChange[] = [];
  for (const { name, weight, isResting, sessions } of present) {
    there.add(name);
    const server = wantedByName.get(name);
    if (server === undefined && !isResting) changes.push({ kind: 'retire', name });
    else if (server === undefined && sessions === 0) changes.push({ kind: 'remove', name });
    else if (server !== undefined && isResting) changes.push({ kind: 'revive', name, weight: server.weight });
    else if (server !== undefined && weight !== server.weight) {
      changes.push({ kind: 'weigh', name, weight: server.weight });
    }
  }
  const added = wanted.filter(({ name }) => !there.has(name));
  // First who comes, then who goes: there is always somebody.
  return [...added.map((server): ServerChange => ({ kind: 'add', server })), ...changes];
}

/** In the words of the Runtime API (haproxy's management guide, 9.3). */
export function formatChange(backend: string, change: ServerChange): string {
  const name = `${backend}/${change.kind === 'add' ? change.server.name : change.name}`;
  switch (change.kind) {
    case 'add':
      return `add server ${name} ${describeServer(change.server)}; enable health ${name}; enable server ${name}`;
    case 'revive':
      return `set server ${name} weight ${change.weight}; set server ${name} state ready`;
    case 'weigh':
      return `set server ${name} weight ${change.weight}`;
    case 'retire':
      return `set server ${name} state maint`;
    case 'remove':
      return `del server ${name}`;
    default:
      return change satisfies never;
  }
}

/** What a command answers when it was obeyed. */
const OBEYED = /^(New server registered\.|Server deleted\.|)$/;

/** What haproxy had against it; undefined when it obeyed. */
export function readObjection(answer: string): string | undefined {
  return answer
    .split('\n')
    .map((line) => line.trim())
    .find((line) => !OBEYED.test(line));
}
