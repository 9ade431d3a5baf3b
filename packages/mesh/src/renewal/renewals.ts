import type { KeyObject } from 'node:crypto';
import { type Clock, type Leg, Recent, resetLeg } from '@mdns-ambassador/relay';
import { readLine } from '../handshake/read-line.ts';
import { type KeyRing, listMeshIds } from '../key-ring.ts';
import { admitMachine } from '../membership/admit.ts';
import type { MachineIdentity } from '../membership/machine-identity.ts';
import { MAX_MEMBERSHIP_TEXT, type Membership, parseMembership } from '../membership/membership.ts';
import { isDue, isDueForRotation } from './due.ts';

/** With one machine, whatever came of it. */
const AGAIN_MS = 3_600_000;
/** Machines; the oldest is forgotten first. */
const MAX_TRIED = 256;
const FAREWELL_MS = 2_000;
/** A machine asks once an hour, from each of its processes: to sign costs a keeper some milliseconds. */
const ISSUES = { most: 6, perMs: 3_600_000 };
/** Machine keys of which that is known; none can be had but from a keeper. */
const MAX_ISSUED = 512;

/** Who is at the other end of a connection, and the key that it has shown to have. */
export interface RenewalPeer {
  readonly identity: MachineIdentity;
  readonly publicKey: KeyObject;
}

export interface RenewalsOptions {
  /** As it is now. */
  readonly ring: () => KeyRing;
  readonly clock: Clock;
  /** What keepers call the machine by now; undefined: as its certificate says. */
  readonly nameOf: (keyId: string) => string | undefined;
}

/**
 * Memberships are renewed between a machine and any keeper, over a connection of their own whose two ends have shown who they are: the keeper writes
 * the new one, in one line. It is for the key that the machine has shown, under its name, and for what its certificate allows.
 */
export class Renewals {
  readonly #options: RenewalsOptions;
  readonly #tried = new Recent<string, number>(MAX_TRIED);
  readonly #issued = new Recent<string, { readonly count: number; readonly since: number }>(MAX_ISSUED);
  readonly #listeners = new Set<(ring: KeyRing) => void>();

  constructor(options: RenewalsOptions) {
    this.#options = options;
  }

  /** Calls back with the keys of this machine after its membership was renewed, to keep them and go on with them; the returned function ends that. */
  onRenewed(listener: (ring: KeyRing) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Whether a connection for a renewal is to be made to whom was just dialled; within an hour of the last one it is not. */
  wants(peer: MachineIdentity): boolean {
    const now = this.#options.clock.wallClock();
    if (!this.#isWorthwhile(peer, now)) return false;
    const triedAt = this.#tried.get(peer.keyId);
    if (triedAt !== undefined && Math.abs(now - triedAt) < AGAIN_MS) return false;
    this.#tried.set(peer.keyId, now);
    return true;
  }

  /** The keeper's part, or the machine's. Never rejects: whatever is wrong, the connection ends and nothing has changed. */
  async exchange(leg: Leg, peer: RenewalPeer, signal: AbortSignal): Promise<void> {
    try {
      const text = await this.issue(peer);
      if (text !== undefined) await this.#write(leg, `${text}\n`);
      else if (this.#isFrom(peer.identity)) {
        this.take((await readLine(leg, MAX_MEMBERSHIP_TEXT + 1, signal)).toString('latin1'), peer.identity);
      }
    } catch {
      // The other end left, or wrote no membership of ours.
    } finally {
      resetLeg(leg);
    }
  }

  /** The new membership of a machine; undefined where we are no keeper, it is none that has one, or it has had six within an hour. */
  async issue({ identity, publicKey }: RenewalPeer): Promise<string | undefined> {
    const ring = this.#options.ring();
    const { kind, machine, may, keyId } = identity;
    if (ring.kind !== 'keys' || kind !== 'member' || machine === undefined) return undefined;
    if (!this.#mayIssue(keyId)) return undefined;
    const name = this.#options.nameOf(keyId) ?? machine;
    return admitMachine(ring, { publicKey }, { name, may, now: this.#options.clock.wallClock() });
  }

  /** Takes what a keeper has written; false where it is not for this machine, or no later than what it has. Throws a MeshError for what is no membership. */
  take(text: string, from: MachineIdentity): boolean {
    const ring = this.#options.ring();
    if (ring.kind !== 'member' || !this.#isFrom(from)) return false;
    const membership = parseMembership(text);
    if (membership.keyId !== ring.key.id || !isLater(membership, ring.membership)) return false;
    const renewed: KeyRing = { kind: 'member', key: ring.key, membership };
    for (const listener of this.#listeners) listener(renewed);
    return true;
  }

  #mayIssue(keyId: string): boolean {
    const now = this.#options.clock.now();
    const known = this.#issued.get(keyId);
    const isOver = known === undefined || now - known.since >= ISSUES.perMs;
    const { count, since } = isOver ? { count: 0, since: now } : known;
    if (count >= ISSUES.most) return false;
    this.#issued.set(keyId, { count: count + 1, since });
    return true;
  }

  #isWorthwhile(peer: MachineIdentity, now: number): boolean {
    const ring = this.#options.ring();
    if (ring.kind === 'keys') {
      return peer.kind === 'member' && (isDue(peer.expiresAt, now) || peer.meshId !== listMeshIds(ring)[0]);
    }
    if (ring.kind !== 'member' || peer.kind !== 'keeper' || this.#listeners.size === 0) return false;
    if (!this.#isFrom(peer)) return false;
    const { parts } = ring.membership;
    const [{ identity }] = parts;
    if (peer.next !== undefined && !listMeshIds(ring).includes(peer.next)) return true;
    return isDue(identity.expiresAt, now) || (parts.length > 1 && isDueForRotation(identity.expiresAt, now));
  }

  /**
   * Whether it is a keeper of the mesh that this machine is in now: who else has shown a certificate of its root can't have written a membership. Who has
   * the previous mesh key alone has missed the new one, or is who it was made against: a machine that has the new one takes nothing of him.
   */
  #isFrom({ kind, meshId }: MachineIdentity): boolean {
    const ring = this.#options.ring();
    return ring.kind === 'member' && kind === 'keeper' && ring.membership.parts[0].meshId === meshId;
  }

  #write(leg: Leg, text: string): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(FAREWELL_MS, resolve);
      leg.once('close', () => {
        cancel();
        resolve();
      });
      // Unread bytes would turn the end into a reset that overtakes the text.
      leg.on('data', () => undefined);
      leg.end(text);
      leg.resume();
    });
  }
}

/** Of a mesh that is known, whose authority stays the same, and issued no earlier. */
function isLater(fresh: Membership, known: Membership): boolean {
  const isSame = fresh.parts.some(({ meshId, root }) =>
    known.parts.some((part) => part.meshId === meshId && Buffer.from(part.root).equals(root)),
  );
  const isTrue = fresh.parts.every(({ meshId, root }) =>
    known.parts.every((part) => part.meshId !== meshId || Buffer.from(part.root).equals(root)),
  );
  return isSame && isTrue && fresh.parts[0].identity.expiresAt >= known.parts[0].identity.expiresAt;
}
