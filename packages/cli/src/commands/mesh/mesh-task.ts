import { systemClock } from '@mdns-ambassador/mdns';
import { type KeyRing, Mesh, type RosterStore } from '@mdns-ambassador/mesh';
import { errorMessage } from '@mdns-ambassador/relay';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_REFUSED, EXIT_UNAVAILABLE } from '../../exit/exit-codes.ts';
import { MeshContact } from '../../network/mesh-contact.ts';
import { keepNotices } from '../../network/notices.ts';
import { keepRoster } from '../../network/roster.ts';
import type { Printer } from '../../output/printer.ts';
import { openLog } from '../../process/log-options.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import type { Settings } from '../../settings/settings.ts';
import { describeMachines, type KnownMesh } from './machines.ts';

/** Who was seen so lately is there still. */
const LATELY_MS = 600_000;

/** What a command is to do with a key file. */
export interface MeshTask {
  readonly path: string;
  /** Whether it is the one that every command finds by itself. */
  readonly isUsual: boolean;
  readonly settings: Settings;
  readonly surroundings: Surroundings;
}

/** The same with what the file holds. */
export interface RingTask extends MeshTask {
  readonly ring: KeyRing;
}

/** A mesh that a command looks at, with everybody who can be found linked. */
export interface OpenMesh {
  readonly mesh: Mesh;
  readonly contact: MeshContact;
  /** Why nobody was looked for: there is no network. */
  readonly trouble: string | undefined;
  readonly stdout: Printer;
  known(): KnownMesh;
}

/** Who a command of a keeper's is refused to. */
export type Keys = KeyRing & { readonly kind: 'keys' };

/** Throws a CliError for all but a keeper's keys; `what` goes on after "only a keeper". */
export function requireKeeper({ ring, path }: Pick<RingTask, 'ring' | 'path'>, what: string): Keys {
  if (ring.kind === 'keys') return ring;
  const holds = ring.kind === 'bundle' ? 'holds a token' : "is a member's";
  throw new CliError(EXIT_REFUSED, `only a keeper ${what}, and ${path} ${holds}; do it where the mesh key itself is`);
}

/** Links everybody, runs it, and ends the links. What is said is kept, and who is met. */
export async function withMesh<Result>(
  { ring, settings, surroundings }: RingTask,
  run: (open: OpenMesh) => Promise<Result>,
): Promise<Result> {
  const mesh = new Mesh(ring, { clock: systemClock });
  const store = keepNotices(mesh, surroundings, (error) => {
    throw new CliError(EXIT_UNAVAILABLE, `what keepers say can't be kept: ${errorMessage(error)}`, { cause: error });
  });
  const roster = keepRoster(mesh, surroundings);
  const contact = new MeshContact(mesh, settings, surroundings, openLog(settings, surroundings));
  try {
    const known = (): KnownMesh => describe(mesh, roster, contact);
    const isEnough = (): boolean =>
      known().machines.every(({ isReached, seenAt }) => isReached || seenAt < Date.now() - LATELY_MS);
    const trouble = await find(contact, isEnough);
    return await run({ mesh, contact, trouble, stdout: surroundings.stdout, known });
  } finally {
    await contact.close();
    store.close();
    roster.close();
  }
}

/** Without a network what is known is of use, too. */
async function find(contact: MeshContact, isEnough: () => boolean): Promise<string | undefined> {
  try {
    await contact.find(isEnough);
    return undefined;
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
}

function describe(mesh: Mesh, roster: RosterStore, contact: MeshContact): KnownMesh {
  return describeMachines({
    ring: mesh.ring,
    list: mesh.notices.list,
    self: mesh.self,
    seen: mesh.ids.flatMap((meshId) => roster.list(meshId)),
    contacts: contact.list(),
    now: Date.now(),
  });
}
