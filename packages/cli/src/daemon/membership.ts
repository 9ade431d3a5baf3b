import { systemClock } from '@mdns-ambassador/mdns';
import { type KeyRing, type Mesh, MeshError, replaceKeyFile, warnOfEnd } from '@mdns-ambassador/mesh';
import { describeEnd } from '../output/membership-lines.ts';
import type { Reporter } from '../output/reporter.ts';
import type { MeshRequest } from '../requests/mesh-request.ts';

const LOOK_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Keeps the membership of this machine when a keeper has renewed it, and tells of its end while none is met. The returned function ends it. */
export function followMembership(
  mesh: Mesh,
  { path, readAgain }: MeshRequest,
  platform: NodeJS.Platform,
  reporter: Reporter,
): () => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  const look = (): (() => void) => {
    const now = systemClock.wallClock();
    const { ring } = mesh;
    const warning = ring.kind === 'member' ? warnOfEnd(ring.membership.parts[0].identity.expiresAt, now) : undefined;
    if (warning !== undefined && warning.kind !== 'none' && Math.abs(now - toldAt) >= DAY_MS) {
      toldAt = now;
      reporter.tell(describeEnd(warning), { event: 'membership-ends', ...warning });
    }
    return systemClock.after(LOOK_MS, () => {
      cancel = look();
    });
  };
  let cancel = look();
  const unlisten = mesh.renewals.onRenewed((ring) => void keep(ring));
  const keep = async (ring: KeyRing): Promise<void> => {
    try {
      await mesh.change(ring);
      // It may hold something else by now, such as the mesh key itself.
      if (isOfSameKey(readAgain(), ring)) replaceKeyFile(path, ring, platform);
    } catch (error) {
      if (!(error instanceof MeshError)) throw error;
      reporter.tell(`this machine's membership was renewed, and is not kept: ${error.message}`, {
        event: 'membership-not-kept',
        reason: error.message,
      });
      return;
    }
    if (ring.kind !== 'member') return;
    const ends = new Date(ring.membership.parts[0].identity.expiresAt).toISOString();
    reporter.tell(`this machine's membership was renewed until ${ends}`, { event: 'membership-renewed', ends });
  };
  return () => {
    cancel();
    unlisten();
  };
}

function isOfSameKey(one: KeyRing, other: KeyRing): boolean {
  return one.kind === 'member' && other.kind === 'member' && one.key.id === other.key.id;
}
