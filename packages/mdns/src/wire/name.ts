/**
 * A domain name as its labels, without the root: `['redis on h1', '_redis', '_tcp', 'local']`.
 * A label is its raw UTF-8 text (a dot inside a label is just a dot). RFC 6763 4.1.1.
 */
export type Name = readonly string[];

const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const MAX_ASCII = 0x7f;
const DOT = 0x2e;
const BACKSLASH = 0x5c;

/** The key under which two names that are equal by RFC 6762 16 (case-insensitive in ASCII only) meet in a map. */
export function nameKey(name: Name): string {
  const joined = name.join('.');
  return isFolded(joined, name.length - 1) ? joined : name.map(foldLabel).join('.');
}

/** RFC 6762 16: names compare case-insensitively in ASCII and byte for byte elsewhere. */
export function isSameName(a: Name, b: Name): boolean {
  if (a.length !== b.length) return false;
  return a.every((label, at) => label === b[at]) || nameKey(a) === nameKey(b);
}

/** Presentation format, dots and backslashes within a label escaped (RFC 6763 4.3): `redis on h1._redis._tcp.local`. */
export function formatName(name: Name): string {
  return name.map(escapeLabel).join('.');
}

/** The inverse of {@link formatName}: splits at unescaped dots, undoes `\.`, `\\` and `\DDD`. A trailing dot is allowed. */
export function parseName(text: string): Name {
  const labels: string[] = [];
  let label = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '.') {
      labels.push(label);
      label = '';
      continue;
    }
    if (character !== '\\') {
      label += character;
      continue;
    }
    const decimal = /^\d{3}/.exec(text.slice(at + 1));
    if (decimal !== null) {
      label += String.fromCharCode(Number(decimal[0]));
      at += 3;
    } else {
      at += 1;
      label += text.charAt(at);
    }
  }
  if (label !== '') labels.push(label);
  return labels;
}

/** No upper-case letter of ASCII, nothing to escape, no other dots than these. A loop, since every record's name comes by. */
function isFolded(joined: string, dots: number): boolean {
  let dotsLeft = dots;
  for (let at = 0; at < joined.length; at++) {
    const code = joined.charCodeAt(at);
    if (code === DOT) dotsLeft -= 1;
    else if ((code >= UPPER_A && code <= UPPER_Z) || code === BACKSLASH) return false;
  }
  return dotsLeft === 0;
}

function foldLabel(label: string): string {
  const escaped = escapeLabel(label);
  return isAscii(escaped) ? escaped.toLowerCase() : escaped.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function escapeLabel(label: string): string {
  if (!label.includes('.') && !label.includes('\\')) return label;
  return label.replace(/[.\\]/g, (character) => `\\${character}`);
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > MAX_ASCII) return false;
  return true;
}
