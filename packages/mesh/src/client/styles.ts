import { Recent } from '@mdns-ambassador/relay';
import type { IdentityStyle } from '../papers.ts';

/** Places; the oldest is forgotten first. */
const MAX_PLACES = 256;
/** Whoever is there may be of a later version by then. */
const KEEP_MS = 3_600_000;

/** At which places machines are not known, so that the first handshake there is as the versions before it had it. */
export class Styles {
  readonly #until = new Recent<string, number>(MAX_PLACES);

  /** What is shown there first. `now` in milliseconds. */
  choose(place: string, now: number): IdentityStyle {
    return (this.#until.get(place) ?? now) > now ? 'role' : 'machine';
  }

  note(place: string, style: IdentityStyle, now: number): void {
    if (style === 'role') this.#until.set(place, now + KEEP_MS);
    else this.#until.delete(place);
  }

  clear(): void {
    this.#until.clear();
  }
}
