/** RFC 4648 6, in lower case. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LENGTH = 16;

/** TXT `id`: tells one start of a service from the next. 16 characters of base32; not a secret. */
export function createInstanceId(random: () => number): string {
  return Array.from({ length: ID_LENGTH }, () => BASE32.charAt(Math.floor(random() * BASE32.length))).join('');
}
