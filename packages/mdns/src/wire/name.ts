/**
 * A domain name as its labels, without the root: `['redis on h1', '_redis', '_tcp', 'local']`.
 * A label is its raw UTF-8 text (a dot inside a label is just a dot). RFC 6763 4.1.1.
 */
export type Name = readonly string[];

const NEEDS_FOLDING = /[A-Z.\\]/;

/** The key under which two names that are equal by RFC 6762 16 (case-insensitive in ASCII only) meet in a map. */
export function nameKey(name: Name): string {
  let key = '';
  for (const label of name) {
    const text = NEEDS_FOLDING.test(label) ? foldLabel(label) : label;
    key = key === '' ? text : `${key}.${text}`;
  }
  return key;
}

/** RFC 6762 16: names compare case-insensitively in ASCII and byte for byte elsewhere. */
export function isSameName(a: Name, b: Name): boolean {
  return a.length === b.length && nameKey(a) === nameKey(b);
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

function foldLabel(label: string): string {
  return escapeLabel(label).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function escapeLabel(label: string): string {
  return label.replace(/[.\\]/g, (character) => `\\${character}`);
}
