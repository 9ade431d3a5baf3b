import { hash32 } from './hash.ts';

/** RFC 1035 2.3.4 */
const LONGEST_LABEL = 63;
/** With `-` and the mark of what was lost it is still a label. */
const LONGEST_READING = 48;
/** RFC 952, RFC 1123 2.1; the labels of DNS have no case. */
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const MARK_DIGITS = 7;

/** How the name of an instance is typed where only letters, digits and hyphens can be. */
export interface HostLabel {
  /** Its own whatever else is there: the name itself where it is a host's label, else the reading and a mark of what it lost. */
  readonly own: string;
  /** How it reads: `redis-on-h1` of `redis on h1`. Others may read alike. */
  readonly reading: string;
}

/** `A` and `a` are one name to DNS. `identity`: what tells it from others of its name, where there are any. */
export function hostLabelOf(name: string, identity: string = name): HostLabel {
  const folded = name.toLowerCase();
  if (folded.length <= LONGEST_LABEL && HOST_LABEL.test(folded) && identity === name) {
    return { own: folded, reading: folded };
  }
  const reading = readAsLabel(folded);
  const mark = hash32(identity.toLowerCase()).toString(36).padStart(MARK_DIGITS, '0');
  return { own: reading === '' ? `x-${mark}` : `${reading}-${mark}`, reading };
}

/** Accents are dropped, and each run of what is no letter or digit becomes one hyphen. */
function readAsLabel(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_READING)
    .replace(/^-|-$/g, '');
}
