/** RFC 4648 6, in lower case. */
const DIGITS = 'abcdefghijklmnopqrstuvwxyz234567';

/** One digit for each number, by its lowest five bits. */
export function toBase32(numbers: ArrayLike<number>): string {
  return Array.from(numbers, (number) => DIGITS.charAt(number % DIGITS.length)).join('');
}
