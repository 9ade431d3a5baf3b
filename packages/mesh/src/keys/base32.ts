/** Crockford's alphabet: no letters that look like digits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const BITS_PER_CHARACTER = 5;
/** What people write for a digit. */
const LOOKALIKES: Readonly<Record<string, string>> = { o: '0', i: '1', l: '1' };

/** The bytes as lower-case text; the last character is filled up with zeros. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= BITS_PER_CHARACTER) {
      bits -= BITS_PER_CHARACTER;
      text += ALPHABET.charAt((value >>> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET.charAt((value << (BITS_PER_CHARACTER - bits)) & 31);
}

/** The bytes of such text in any case; undefined where a character is none of the alphabet, or bits are left over that are not zero. */
export function decodeBase32(text: string): Uint8Array | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const written of text.toLowerCase()) {
    const digit = ALPHABET.indexOf(LOOKALIKES[written] ?? written);
    if (digit < 0) return undefined;
    value = (value << BITS_PER_CHARACTER) | digit;
    bits += BITS_PER_CHARACTER;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >>> bits) & 0xff);
    value &= (1 << bits) - 1;
  }
  return bits >= BITS_PER_CHARACTER || value !== 0 ? undefined : Uint8Array.from(bytes);
}
