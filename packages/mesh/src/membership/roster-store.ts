import { type Clock, splitPlace } from '@mdns-ambassador/relay';
import type { MachineIdentity } from './machine-identity.ts';
import { Roster, type Seen } from './roster.ts';
import { readRosterFile, writeRosterFile } from './roster-file.ts';

/** Who is new is written after this time, with who comes until then; when somebody was seen again, less often. */
const NEWS_MS = 2_000;
const AGAIN_MS = 60_000;

export interface RosterStoreOptions {
  /** For what is to last. */
  readonly folder: string;
  readonly clock: Clock;
}

/** Notes who of the mesh is met, and keeps it for later and for other processes of this machine. */
export class RosterStore {
  readonly #options: RosterStoreOptions;
  /** By mesh. */
  readonly #rosters = new Map<string, Roster>();
  #due: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(options: RosterStoreOptions) {
    this.#options = options;
  }

  /** `place`: its address, with a port or without. */
  note(identity: Omit<MachineIdentity, 'serial'>, place: string): void {
    const { clock } = this.#options;
    const { meshId, kind, machine, may, expiresAt } = identity;
    const roster = this.#rosters.get(meshId) ?? new Roster();
    this.#rosters.set(meshId, roster);
    const keyId = kind === 'nameless' ? '' : identity.keyId;
    const seenAt = Math.round(clock.wallClock());
    const isNews = roster.note({
      keyId,
      kind,
      machine,
      may,
      place: splitPlace(place)?.host ?? place,
      seenAt,
      expiresAt,
    });
    this.#plan(clock.now() + (isNews ? NEWS_MS : AGAIN_MS));
  }

  /** Who was seen by any process of this machine. */
  list(meshId: string): readonly Seen[] {
    const roster = new Roster();
    roster.merge(readRosterFile(this.#options.folder, meshId));
    roster.merge(this.#rosters.get(meshId)?.list() ?? []);
    return roster.list();
  }

  /** Writes what is not written yet. Idempotent. */
  close(): void {
    if (this.#due === undefined) return;
    this.#due.cancel();
    this.#write();
  }

  #plan(at: number): void {
    const { clock } = this.#options;
    if (this.#due !== undefined && this.#due.at <= at) return;
    this.#due?.cancel();
    this.#due = { at, cancel: clock.after(at - clock.now(), () => this.#write()) };
  }

  #write(): void {
    this.#due = undefined;
    for (const [meshId, roster] of this.#rosters) writeRosterFile(this.#options.folder, meshId, roster.list());
  }
}
