import { type Instance, readTxtText } from '@mdns-ambassador/mdns';

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
