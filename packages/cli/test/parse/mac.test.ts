import { expect, test } from 'vitest';
import { parseWake, readMac } from '../../src/parse/mac.ts';

test('a hardware address, in the spellings of Linux, macOS and Windows', () => {
  for (const text of ['02:0a:00:00:00:01', '2:A:0:0:0:1', '02-0A-00-00-00-01'])
    expect(readMac(text)).toBe('02:0a:00:00:00:01');
});

test('what is none, or stands for all or nobody, is refused', () => {
  for (const text of [
    '',
    '02:0a:00:00:00',
    '02:0a:00:00:00:01:02',
    'ff:ff:ff:ff:ff:ff',
    '0:0:0:0:0:0',
    'gg:0a:00:00:00:01',
  ]) {
    expect(readMac(text)).toBeUndefined();
  }
  expect(parseWake('auto')).toBe('auto');
  expect(() => parseWake('h1')).toThrow('"h1" is no hardware address; write it as in 02:0a:00:00:00:01, or auto');
});
