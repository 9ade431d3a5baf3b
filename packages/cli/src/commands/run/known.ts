import { readlinkSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import { typesOf } from '@mdns-ambassador/mdns';
import { readList, type Unknowns } from '@mdns-ambassador/relay/read-value';
import { listObjects } from '../../network/seen/seen-instance.ts';
import { askSockets } from '../../process/ask-sockets.ts';
import { nameRuntimeFolder, type RuntimeSurroundings } from '../../process/runtime-folder.ts';
import { listSockets } from '../../process/sockets.ts';
import type { PlannedProxy } from '../../requests/plan.ts';

/** A process that is well answers within some milliseconds, the first time within a tenth of a second; who looks for itself needs more. */
const ANSWER_MS = 250;

/**
 * Whether each service is there, by what is at hand: a place is named, or another process of this user's has an endpoint that mDNS has told
 * it of now, or announces the service itself, in the same mesh. False where that would have to be found out. Never rejects.
 *
 * @param meshes those of this process, empty in open mode
 */
export async function areKnown(
  proxies: readonly PlannedProxy[],
  meshes: readonly string[],
  surroundings: RuntimeSurroundings,
): Promise<boolean> {
  if (!proxies.every(isJudgedByDialsAlone)) return false;
  const unnamed = proxies.filter((planned) => !isNamed(planned));
  if (unnamed.length === 0) return true;
  if (!unnamed.every(isFoundByName)) return false;
  const told = await askOthers(meshes, surroundings);
  return unnamed.every(({ service }) => told.has(service));
}

/** Nothing of it can fail, or takes time, before an endpoint that is known is used. */
function isJudgedByDialsAlone({ engine, workers, activeCheck, wake, injected, origins }: PlannedProxy): boolean {
  const isWhole = origins.where.length === 0 && origins.instance === undefined;
  const isPlain = engine.kind === 'node' && workers === 1 && activeCheck.kind === 'none';
  return isPlain && isWhole && wake === undefined && injected === undefined;
}

/** By an address: a name would have to be looked up. */
function isNamed({ origins: { from } }: PlannedProxy): boolean {
  const hasAddress = from.some((spec) => spec.kind === 'static' && spec.targets.some(({ host }) => isIP(host) !== 0));
  return hasAddress && from.every(({ kind }) => kind === 'static' || kind === 'mdns');
}

function isFoundByName({ type, origins: { from } }: PlannedProxy): boolean {
  return type === undefined && from.every(({ kind }) => kind === 'mdns');
}

/** The services that processes of this user have found, or announce. Windows does not say who opened a pipe. */
async function askOthers(meshes: readonly string[], surroundings: RuntimeSurroundings): Promise<ReadonlySet<string>> {
  if (surroundings.platform === 'win32') return new Set();
  const { path } = nameRuntimeFolder(surroundings);
  const own = listSockets(surroundings).filter(
    (socket) => dirname(socket.path) === path && isOnThisNetwork(socket.pid, surroundings.platform),
  );
  const statuses = await askSockets(own, '/v1/status', ANSWER_MS);
  return new Set(statuses.flatMap((status) => readFound(status, meshes)));
}

/** On Linux a process of the same user may be in a network of its own (ip netns, a container). */
function isOnThisNetwork(pid: number, platform: NodeJS.Platform): boolean {
  if (platform !== 'linux') return true;
  try {
    return readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync('/proc/self/ns/net');
  } catch {
    return false;
  }
}

/** What a status says is there now, if its process is in the same meshes; empty where it is none. */
export function readFound(status: Unknowns, meshes: readonly string[]): readonly string[] {
  const theirs = readList(status.meshes, meshes.length + 1, (mesh) => mesh);
  if (theirs === undefined || !isSame(theirs, meshes)) return [];
  const announced = listObjects(status.announcements).filter(
    ({ service, type, state, source }) => state === 'announced' && source === 'mdns' && isBrowsedAs(service, type),
  );
  const found = listObjects(status.services).filter(({ endpoints }) =>
    listObjects(endpoints).some(({ state, source }) => state === 'ready' && source === 'mdns'),
  );
  return [...announced, ...found].flatMap(({ service }) => (typeof service === 'string' ? [service] : []));
}

/** In any order. */
function isSame(some: readonly unknown[], others: readonly string[]): boolean {
  return some.length === others.length && others.every((each) => some.includes(each));
}

/** A type that was asked for is not found by the service's name. */
function isBrowsedAs(service: unknown, type: unknown): boolean {
  return typeof service === 'string' && typeof type === 'string' && typesOf(service).includes(type.toLowerCase());
}
