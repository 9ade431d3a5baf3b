import { describe, expect, test } from 'vitest';
import { domainKey, isDomainName } from '../../src/dns/domain-name.ts';

describe('isDomainName', () => {
  test.each([
    'a',
    'db.example.com',
    'db.example.com.',
    '_redis._tcp.example.com',
    'X-1.Example',
    `${'a'.repeat(63)}.test`,
    `${'a.'.repeat(126)}a`,
    `${'a.'.repeat(126)}a.`,
  ])('%s is one', (text) => {
    expect(isDomainName(text)).toBe(true);
  });

  test.each([
    '',
    '.',
    'a..b',
    '.a',
    '-a.test',
    'a-.test',
    'a b.test',
    'ä.test',
    'a\\.b',
    `${'a'.repeat(64)}.test`,
    `${'a.'.repeat(127)}a`,
  ])('%s is none', (text) => {
    expect(isDomainName(text)).toBe(false);
  });
});

test('names that differ in case or in the closing dot have one key (RFC 4343)', () => {
  expect(domainKey('DB.Example.com.')).toBe('db.example.com');
});
