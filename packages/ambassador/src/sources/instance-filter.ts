import type { Instance, Txt } from '@mdns-ambassador/mdns';

/** Which instances of a service to use; every part given must match. */
export interface InstanceFilter {
  /** `--instance GLOB`: the raw label; `*` any characters, `?` one. */
  readonly instance?: string;
  /** `--where KEY=VALUE`: each key has this value, byte for byte as UTF-8. */
  readonly where?: readonly { readonly key: string; readonly value: string }[];
}

export function matchesFilter(instance: Pick<Instance, 'name' | 'txt'>, filter: InstanceFilter): boolean {
  if (filter.instance !== undefined && !matchesGlob(filter.instance, instance.name)) return false;
  return (filter.where ?? []).every(({ key, value }) => readTxtText(instance.txt, key) === value);
}

/** The text of a TXT value, its key compared without case (RFC 6763 6.4); undefined where absent, valueless or no UTF-8. */
export function readTxtText(txt: Txt, key: string): string | undefined {
  const wanted = key.toLowerCase();
  const entry = [...txt].find(([name]) => name.toLowerCase() === wanted);
  if (entry === undefined || entry[1] === true) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(entry[1]);
  } catch {
    return undefined;
  }
}

/**
 * Goes back to the last `*` alone, which takes one character more: the work is at most the product of both lengths. An expression
 * would take minutes for a glob of thirty characters, and whoever may read from an agent writes one.
 */
function matchesGlob(glob: string, text: string): boolean {
  const [pattern, characters] = [[...glob], [...text]];
  let at = 0;
  let next = 0;
  let star = -1;
  let takenByStar = 0;
  while (next < characters.length) {
    if (pattern[at] === '*') {
      star = at;
      takenByStar = next;
      at += 1;
    } else if (pattern[at] === '?' || pattern[at] === characters[next]) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      takenByStar += 1;
      at = star + 1;
      next = takenByStar;
    } else return false;
  }
  return pattern.slice(at).every((character) => character === '*');
}
