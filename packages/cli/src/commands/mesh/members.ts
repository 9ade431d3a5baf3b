import { describeMay, type May, type SignedNotice } from '@mdns-ambassador/mesh';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_REFUSED } from '../../exit/exit-codes.ts';
import { escapeText } from '../../output/escape.ts';
import { countThings } from '../../output/phrases.ts';
import { formatTable } from '../../output/table.ts';
import type { KnownMesh, MeshMachine } from './machines.ts';
import { type RingTask, withMesh } from './mesh-task.ts';

const KEY_DIGITS = 8;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `mesh members` */
export async function listMembers(task: RingTask): Promise<number> {
  const { ring, path, settings, surroundings } = task;
  if (ring.kind === 'bundle') {
    throw new CliError(
      EXIT_REFUSED,
      `${path} holds a token, which knows no machines; ask where the mesh key itself is`,
    );
  }
  return withMesh(task, async ({ mesh, known, trouble, stdout }) => {
    const all = known();
    const removed = mesh.notices.list.listRemoved();
    const own = mesh.removal?.machine;
    const [meshId = ''] = mesh.ids;
    if (settings.isSet('json')) stdout.json(membersToJson(meshId, all, removed, own));
    else for (const line of formatMembers(meshId, all, removed, Date.now(), own)) stdout.line(line);
    if (trouble !== undefined) surroundings.stderr.line(`ambassador: ${trouble}; what is told is of earlier`);
    return EXIT_OK;
  });
}

/** For people. `now` in milliseconds since 1970; `own`: the key of this machine where it was removed. */
export function formatMembers(
  meshId: string,
  { machines, nameless }: KnownMesh,
  removed: readonly SignedNotice[],
  now: number,
  own?: string,
): readonly string[] {
  const rows = machines.map((machine) => [
    machine.name,
    machine.kind,
    describeMay(machine.may),
    describeSeen(machine, now),
    escapeText(machine.place),
    machine.keyId.slice(0, KEY_DIGITS),
  ]);
  return [
    `mesh ${meshId}: ${countThings(machines.length, 'machine')} known here`,
    ...formatTable([['name', 'is a', 'may', 'seen', 'at', 'key'], ...rows]),
    ...nameless.map(
      ({ place, seenAt }) =>
        `${escapeText(place)} shows no machine (a token, or a former version), seen ${describeAge(now - seenAt)}`,
    ),
    ...removed.map(
      ({ name, machine, at }) =>
        `${machine === own ? 'this machine, ' : ''}${name} (key ${machine.slice(0, KEY_DIGITS)})${machine === own ? ',' : ''} was removed ${describeAge(now - at)}; ambassador mesh remove --undo ${name}, typed on a keeper, lets it in again`,
    ),
  ];
}

/** For programs. */
export function membersToJson(
  meshId: string,
  { machines, nameless }: KnownMesh,
  removed: readonly SignedNotice[],
  own?: string,
): object {
  return {
    mesh: meshId,
    machines: machines.map(({ name, keyId, kind, may, seenAt, place, isReached, isSelf }) => ({
      name,
      key: keyId,
      kind,
      ...mayToJson(may),
      seen: new Date(seenAt).toISOString(),
      ...(place === '' ? {} : { address: place }),
      reached: isReached,
      self: isSelf,
    })),
    nameless: nameless.map(({ place, seenAt }) => ({ address: place, seen: new Date(seenAt).toISOString() })),
    removed: removed.map(({ name, machine, at }) => ({
      name,
      key: machine,
      removed: new Date(at).toISOString(),
      ...(machine === own ? { self: true } : {}),
    })),
  };
}

function mayToJson(may: May): object {
  return may.kind === 'all' ? {} : { announce: may.announce, proxy: may.proxy };
}

function describeSeen({ isSelf, isReached, seenAt }: MeshMachine, now: number): string {
  if (isSelf) return 'this machine';
  return isReached ? 'now' : describeAge(now - seenAt);
}

function describeAge(ageMs: number): string {
  if (ageMs < MINUTE_MS) return 'just now';
  if (ageMs < HOUR_MS) return `${countThings(Math.floor(ageMs / MINUTE_MS), 'minute')} ago`;
  if (ageMs < DAY_MS) return `${countThings(Math.floor(ageMs / HOUR_MS), 'hour')} ago`;
  return `${countThings(Math.floor(ageMs / DAY_MS), 'day')} ago`;
}
