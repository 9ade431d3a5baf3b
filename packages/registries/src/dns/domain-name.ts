/** RFC 1035 2.3.4, without the closing dot. */
const LONGEST_NAME = 253;
/** RFC 2782 and RFC 6763 names have labels that begin with an underscore. */
const LABELS = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

/** A fully qualified name that can be asked for: labels of 1-63 letters, digits, `-` and `_`; a closing dot is allowed. */
export function isDomainName(text: string): boolean {
  return text.length <= LONGEST_NAME + Number(text.endsWith('.')) && LABELS.test(text);
}

/** Lower case, without the closing dot: names that are equal by RFC 4343 have equal keys. */
export function domainKey(name: string): string {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  return bare.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
