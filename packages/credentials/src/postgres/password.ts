import { createHash } from 'node:crypto';

/** AuthenticationMD5Password's answer: `md5` and md5(md5(password + user) + salt), in hex. */
export function hashMd5(password: Uint8Array, user: string, salt: Uint8Array): string {
  const inner = createHash('md5').update(password).update(user, 'latin1').digest('hex');
  return `md5${createHash('md5').update(inner).update(salt).digest('hex')}`;
}

const ASCII_END = 0x80;
/** RFC 3454 B.1. */
const MAPPED_TO_NOTHING = /\u034F|[\u180B-\u180D]|[\uFE00-\uFE0F]|[\u00AD\u1806\u200B-\u200D\u2060\uFEFF]/gu;
/** RFC 3454 C.1.2. */
const OTHER_SPACES = /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/gu;
/** RFC 3454 C.2 to C.9, by Unicode's categories and properties; NFKC leaves nothing of C.8's first two. */
const PROHIBITED =
  /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u06DD\u070F\u180E\u200C-\u200F\u2028-\u202E\u2060-\u2063\u206A-\u206F\uFEFF\uFFF9-\uFFFD\u2FF0-\u2FFB\u{1D173}-\u{1D17A}\u{E0001}\u{E0020}-\u{E007F}]/u;

/**
 * SASLprep (RFC 4013), as PostgreSQL applies it: what can't be prepared - no UTF-8, or with prohibited characters - is used
 * as it is. Its rule for texts of both directions is left out: mixtures are used prepared.
 */
export function preparePassword(password: Buffer): Buffer {
  if (password.every((byte) => byte < ASCII_END)) return password;
  const text = decodeUtf8(password);
  if (text === undefined) return password;
  const prepared = text.replace(OTHER_SPACES, ' ').replace(MAPPED_TO_NOTHING, '').normalize('NFKC');
  return prepared === '' || PROHIBITED.test(prepared) ? password : Buffer.from(prepared);
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
