import { Recent } from '@mdns-ambassador/relay';

/** RFC 6762 10.4 costs two queries; connections that fail together ask once. */
const VERIFY_INTERVAL_MS = 1_000;
/** Ids remembered; older ones are forgotten first, and then merely asked for again. */
const MAX_REMEMBERED = 256;

/** Lets one verification a second through for each id. */
export class VerifyLimit {
  readonly #lastById = new Recent<string, number>(MAX_REMEMBERED);

  /** Whether `id` may be verified at `now`; if so, that counts as done. */
  admit(id: string, now: number): boolean {
    const last = this.#lastById.get(id);
    if (last !== undefined && now - last < VERIFY_INTERVAL_MS) return false;
    this.#lastById.set(id, now);
    return true;
  }
}
