import { expect, test } from 'vitest';
import { decodeByMark } from '../src/input-text.ts';

const TEXT = 'pässwort €😀\r\n';

function utf16(text: string, isLittle: boolean): Buffer {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return isLittle ? bytes : bytes.swap16();
}

test('a byte order mark says what the bytes are, and is none of them', () => {
  expect(decodeByMark(Buffer.from(`\uFEFF${TEXT}`)).toString()).toBe(TEXT);
  expect(decodeByMark(utf16(TEXT, true)).toString()).toBe(TEXT);
  expect(decodeByMark(utf16(TEXT, false)).toString()).toBe(TEXT);
  expect(decodeByMark(utf16('', true))).toHaveLength(0);
});

test('bytes without a mark stay as they are, whatever they are', () => {
  for (const hex of ['', 'ff', 'efbb', 'c3a4', '00ff', '68690a']) {
    expect(decodeByMark(Buffer.from(hex, 'hex')).toString('hex')).toBe(hex);
  }
});

test.each([
  ['an odd number of bytes', 'fffe610062'],
  ['half a pair', 'fffe3dd86100'],
])('%s is no UTF-16 and stays as it is', (_, hex) => {
  expect(decodeByMark(Buffer.from(hex, 'hex')).toString('hex')).toBe(hex);
});

test('what was decoded is wiped, for it may be a secret', () => {
  const bytes = utf16('geheim', true);
  decodeByMark(bytes);
  expect(bytes.every((byte) => byte === 0)).toBe(true);
});
