import { type Leg, resetLeg } from '@mdns-ambassador/relay';
import type { MachineIdentity } from './membership/machine-identity.ts';

/** Somebody has shown who it is, by a handshake that went well. */
export interface Meeting {
  readonly identity: MachineIdentity;
  /** Which end we are: who let it in, who dialled it, or either end of a peer link. */
  readonly at: 'door' | 'dialler' | 'peer';
  /** `10.0.0.7` for who came, `10.0.0.7:6379` for who was dialled. */
  readonly place: string;
}

/** Whether this machine has been removed from the mesh. Asked at each handshake: it looks up, and no more. */
export type RemovalJudge = (identity: MachineIdentity) => boolean;

/** The machines that one process has connections with: whom it meets, and whom it wants no more. */
export class Company {
  readonly #legs = new Map<Leg, MachineIdentity>();
  readonly #listeners = new Set<(meeting: Meeting) => void>();
  #isRemoved: RemovalJudge = () => false;

  /** Machines of which it says so are refused from now on; call `dismiss` for those that are there. */
  judgeBy(isRemoved: RemovalJudge): void {
    this.#isRemoved = isRemoved;
  }

  isRemoved(identity: MachineIdentity): boolean {
    return this.#isRemoved(identity);
  }

  /** Calls back at each handshake that went well; the returned function ends that. */
  onMeeting(listener: (meeting: Meeting) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Who is connected now; one entry for each connection. */
  list(): readonly MachineIdentity[] {
    return [...this.#legs.values()];
  }

  /** Resets the connections with those who have been removed; how many. */
  dismiss(): number {
    const removed = [...this.#legs].filter(([, identity]) => this.#isRemoved(identity));
    for (const [leg] of removed) {
      this.#legs.delete(leg);
      resetLeg(leg);
    }
    return removed.length;
  }

  /** A handshake went well; until the leg closes, its other end is there. */
  meet(leg: Leg, meeting: Meeting): void {
    if (leg.destroyed) return;
    this.#legs.set(leg, meeting.identity);
    leg.once('close', () => this.#legs.delete(leg));
    for (const listener of this.#listeners) listener(meeting);
  }
}
