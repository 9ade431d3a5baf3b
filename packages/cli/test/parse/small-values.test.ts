import { expect, test } from 'vitest';
import { parseChoice } from '../../src/parse/choice.ts';
import { nameInstance, parseInstanceName } from '../../src/parse/instance-name.ts';
import { parseInteger } from '../../src/parse/integer.ts';
import { parsePort } from '../../src/parse/port.ts';
import { parseSubtype } from '../../src/parse/subtype.ts';
import { parseWhere } from '../../src/parse/where.ts';

test('a port is 1 to 65535 in decimal', () => {
  expect([parsePort('1'), parsePort('65535')]).toEqual([1, 65_535]);
  for (const text of ['0', '65536', '-1', '0x50', '80.0', ' 80', ''])
    expect(() => parsePort(text)).toThrow(`"${text}"`);
});

test('a whole number says its range', () => {
  expect(parseInteger('7', 0, 10)).toBe(7);
  for (const text of ['-1', '11', '1.5', 'many', '']) expect(() => parseInteger(text, 0, 10)).toThrow('from 0 to 10');
});

test('a choice offers the nearest word, or all of them', () => {
  expect(parseChoice('first', ['p2c', 'first'])).toBe('first');
  expect(() => parseChoice('frist', ['p2c', 'first'])).toThrow('did you mean first?');
  expect(() => parseChoice('fair', ['p2c', 'first'])).toThrow('p2c, first');
});

test('a filter is KEY=VALUE', () => {
  expect(parseWhere('env=a=b')).toEqual({ key: 'env', value: 'a=b' });
  expect(parseWhere('env=')).toEqual({ key: 'env', value: '' });
  for (const text of ['env', '=staging', '']) expect(() => parseWhere(text)).toThrow('KEY=VALUE');
});

test('an instance has any text for its name, of 63 bytes at most', () => {
  expect(parseInstanceName('Küche (2)')).toBe('Küche (2)');
  expect(() => parseInstanceName(' ')).toThrow('empty');
  expect(() => parseInstanceName('a\u0007')).toThrow('control character');
  expect(() => parseInstanceName('ü'.repeat(32))).toThrow('64 bytes');
});

test('the default name is the service on the first label of the host', () => {
  expect(nameInstance('redis', 'h1.example.com')).toBe('redis on h1');
  expect(nameInstance('redis', '')).toBe('redis on this machine');
});

test('a subtype begins with an underscore, written or not', () => {
  expect([parseSubtype('replica'), parseSubtype('_replica')]).toEqual(['_replica', '_replica']);
  for (const text of ['', '_', 'a.b', 'x'.repeat(63)]) expect(() => parseSubtype(text)).toThrow('is no subtype');
});
