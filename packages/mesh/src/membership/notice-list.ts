import { createHash } from 'node:crypto';
import { compareNotices, type SignedNotice } from './notice.ts';

/** Of one mesh: machines that are removed or restored, and machines that are named otherwise, those of the highest generations. */
export const MAX_STANDINGS = 384;
export const MAX_NAMES = 128;
export const MAX_NOTICES: number = MAX_STANDINGS + MAX_NAMES;
/** What is known of more at once: a mesh, and the one that it was before its key was rotated. */
export const MAX_MESHES = 2;
const DIGEST_BYTES = 4;

/**
 * All that keepers have said and that counts: one notice for each machine and matter. Lists merge in any order, in any grouping and any number
 * of times to the same one. Nothing is verified here.
 */
export class NoticeList {
  static readonly EMPTY: NoticeList = new NoticeList(new Map(), new Map());
  /** By mesh and machine: removed or restored, and named. */
  readonly #standings: ReadonlyMap<string, SignedNotice>;
  readonly #names: ReadonlyMap<string, SignedNotice>;
  /** By machine. */
  readonly #removed: ReadonlyMap<string, SignedNotice>;

  private constructor(standings: ReadonlyMap<string, SignedNotice>, names: ReadonlyMap<string, SignedNotice>) {
    this.#standings = standings;
    this.#names = names;
    this.#removed = new Map(
      [...standings.values()].filter(({ kind }) => kind === 'removed').map((notice) => [notice.machine, notice]),
    );
  }

  static of(notices: Iterable<SignedNotice>): NoticeList {
    return NoticeList.EMPTY.merge(notices);
  }

  get size(): number {
    return this.#standings.size + this.#names.size;
  }

  /** The highest of all; 0 of none. */
  get generation(): number {
    return findHighest(this.list());
  }

  /** The same of one mesh. */
  generationOf(mesh: string): number {
    return findHighest(this.list().filter(({ meshId }) => meshId === mesh));
  }

  /** The generation, and what tells two lists of one generation apart: `7-1f3a9c20`; `0` for an empty list. */
  get digest(): string {
    if (this.size === 0) return '0';
    const hash = createHash('sha256').update(
      this.list()
        .map(({ text }) => text)
        .toSorted()
        .join('\n'),
    );
    return `${this.generation}-${hash.digest('hex').slice(0, DIGEST_BYTES * 2)}`;
  }

  /** Whether a further machine can be removed without another's removal being forgotten. */
  get hasRoom(): boolean {
    return [...countByMesh(this.#standings).values()].every((count) => count < MAX_STANDINGS);
  }

  list(): readonly SignedNotice[] {
    return [...this.#standings.values(), ...this.#names.values()];
  }

  /** Whether a notice would change nothing: another on the same matter counts. */
  isStale(notice: SignedNotice): boolean {
    const known = (notice.kind === 'named' ? this.#names : this.#standings).get(keyOf(notice));
    return known !== undefined && compareNotices(known, notice) >= 0;
  }

  /** A removal that counts in one mesh of ours is one in all. */
  isRemoved(machine: string): boolean {
    return this.#removed.has(machine);
  }

  /** What a keeper said when it removed this machine; undefined where it is not removed. */
  removalOf(machine: string): SignedNotice | undefined {
    return this.#removed.get(machine);
  }

  /** The name that keepers gave to a machine; undefined where it is called as its certificate says. */
  nameOf(machine: string): string | undefined {
    const notices = [...this.#names.values()].filter((notice) => notice.machine === machine);
    return notices.toSorted((a, b) => compareNotices(b, a))[0]?.name;
  }

  /** By machine, in the order of their names. */
  listRemoved(): readonly SignedNotice[] {
    return [...this.#removed.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Both lists as one, within the bounds; this one where nothing is news. */
  merge(notices: Iterable<SignedNotice>): NoticeList {
    const standings = new Map(this.#standings);
    const names = new Map(this.#names);
    for (const notice of notices) {
      const map = notice.kind === 'named' ? names : standings;
      const known = map.get(keyOf(notice));
      if (known === undefined || compareNotices(notice, known) > 0) map.set(keyOf(notice), notice);
    }
    forgetLowest(standings, MAX_STANDINGS);
    forgetLowest(names, MAX_NAMES);
    return isSame(standings, this.#standings) && isSame(names, this.#names) ? this : new NoticeList(standings, names);
  }
}

function findHighest(notices: readonly SignedNotice[]): number {
  return notices.reduce((highest, { generation }) => Math.max(highest, generation), 0);
}

function keyOf({ meshId, machine }: SignedNotice): string {
  return `${meshId} ${machine}`;
}

/** Of each mesh by itself, and by the order that decides on one matter, so that it does not count which list was merged first. */
function forgetLowest(map: Map<string, SignedNotice>, most: number): void {
  for (const [mesh, count] of countByMesh(map)) {
    if (count <= most) continue;
    const ofMesh = [...map].filter(([, { meshId }]) => meshId === mesh);
    const lowestFirst = ofMesh.toSorted(([, a], [, b]) => compareNotices(a, b));
    for (const [key] of lowestFirst.slice(0, count - most)) map.delete(key);
  }
}

function countByMesh(map: ReadonlyMap<string, SignedNotice>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { meshId } of map.values()) counts.set(meshId, (counts.get(meshId) ?? 0) + 1);
  return counts;
}

function isSame(a: ReadonlyMap<string, SignedNotice>, b: ReadonlyMap<string, SignedNotice>): boolean {
  return a.size === b.size && [...a].every(([key, { text }]) => b.get(key)?.text === text);
}
