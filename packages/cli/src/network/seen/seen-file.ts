import { join } from 'node:path';
import { readInputFile, replaceFile } from '@mdns-ambassador/relay';
import { parseObject } from '@mdns-ambassador/relay/read-value';
import { MOST_SEEN, readSeenInstances, type SeenName } from './seen-instance.ts';

/** In the state folder. */
const FILE = 'seen.json';
const MAX_BYTES = 512 * 1024;
/** What was there longer ago is offered no more. */
const BELIEVED_MS = 24 * 60 * 60 * 1000;

/** What was found on the link lately, kept so that completion knows it without looking. What can't be kept or read is not known. */
export class SeenFile {
  readonly #folder: string;
  readonly #now: () => number;

  /** `now` in milliseconds since 1970. */
  constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  /** Everything that is there, or with `service` everything of it: what was kept before of another one stays. */
  keep(found: readonly SeenName[], service?: string): void {
    const known = new Set([service, ...found.map((seen) => seen.service)]);
    const others = service === undefined ? [] : this.read().filter((seen) => !known.has(seen.service));
    const instances = [...found, ...others].slice(0, MOST_SEEN);
    try {
      replaceFile(join(this.#folder, FILE), `${JSON.stringify({ at: this.#now(), instances })}\n`);
    } catch {
      // It is found again.
    }
  }

  read(): readonly SeenName[] {
    try {
      const text = readInputFile(join(this.#folder, FILE), { maxBytes: MAX_BYTES }).toString('utf8');
      const { at, instances } = parseObject(text) ?? {};
      const age = typeof at === 'number' ? this.#now() - at : Number.POSITIVE_INFINITY;
      return age >= 0 && age <= BELIEVED_MS ? readSeenInstances(instances) : [];
    } catch {
      return [];
    }
  }
}
