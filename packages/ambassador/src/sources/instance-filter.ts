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

function matchesGlob(glob: string, text: string): boolean {
  const pattern = glob
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${pattern}$`, 'su').test(text);
}
