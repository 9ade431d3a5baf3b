import { transcode } from 'node:buffer';

const UTF8_BOM = Buffer.of(0xef, 0xbb, 0xbf);
const UTF16LE_BOM = Buffer.of(0xff, 0xfe);
const UTF16BE_BOM = Buffer.of(0xfe, 0xff);

/**
 * The UTF-8 of what begins with a byte order mark, as Windows' editors and PowerShell's `>` write it: UTF-8, UTF-16LE or UTF-16BE. Bytes
 * without a mark, or that are not what it says, are given back as they are. No string is made of them, and what was decoded is wiped.
 */
export function decodeByMark(bytes: Buffer): Buffer {
  if (startsWith(bytes, UTF8_BOM)) return bytes.subarray(UTF8_BOM.length);
  const isLittle = startsWith(bytes, UTF16LE_BOM);
  if ((!isLittle && !startsWith(bytes, UTF16BE_BOM)) || bytes.length % 2 !== 0) return bytes;
  const units = Buffer.from(bytes.subarray(UTF16LE_BOM.length));
  if (!isLittle) units.swap16();
  try {
    const text = Buffer.from(transcode(units, 'utf16le', 'utf8'));
    bytes.fill(0);
    return text;
  } catch {
    // Half a pair of surrogates.
    return bytes;
  } finally {
    units.fill(0);
  }
}

function startsWith(bytes: Buffer, mark: Buffer): boolean {
  return bytes.subarray(0, mark.length).equals(mark);
}
