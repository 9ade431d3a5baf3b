import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectionLimit, fileLimit, parseProcLimits, parseReportLimits } from '../src/limits.ts';

const PROC_LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max open files            1024                 524288               files
Max locked memory         8388608              8388608              bytes
`;

test('two files a connection, after what the process needs itself', () => {
  expect(connectionLimit(256)).toBe(64);
  expect(connectionLimit(20_000)).toBe(9936);
});

test('one connection is allowed however low the limit', () => {
  expect(connectionLimit(64)).toBe(1);
});

describe('/proc/self/limits', () => {
  test('tells the soft limit', () => {
    expect(parseProcLimits(PROC_LIMITS)).toBe(1024);
  });

  test('without a bound, or without the line, tells nothing', () => {
    expect(
      parseProcLimits('Max open files            unlimited            unlimited            files\n'),
    ).toBeUndefined();
    expect(parseProcLimits('')).toBeUndefined();
  });

  test('may hold anything', () => {
    fc.assert(fc.property(fc.string(), (text) => parseProcLimits(text) === undefined || true));
  });
});

describe('a diagnostic report', () => {
  test('tells the soft limit, as a number or in digits', () => {
    expect(parseReportLimits({ userLimits: { open_files: { soft: 256, hard: 'unlimited' } } })).toBe(256);
    expect(parseReportLimits({ userLimits: { open_files: { soft: '256' } } })).toBe(256);
  });

  test.each([undefined, null, 'text', {}, { userLimits: {} }, { userLimits: { open_files: { soft: 'unlimited' } } }])(
    'that says %j tells nothing',
    (report) => {
      expect(parseReportLimits(report)).toBeUndefined();
    },
  );
});

describe('the limit of this process', () => {
  const report = { getReport: () => ({ userLimits: { open_files: { soft: 256 } } }) };

  test('comes from the report on macOS', () => {
    expect(fileLimit({ platform: 'darwin', report })).toBe(256);
  });

  test('is read without a look at the sockets, whose names would be looked up while everything stands still', () => {
    const names = {
      excludeNetwork: false,
      getReport: () => ({ userLimits: { open_files: { soft: names.excludeNetwork ? 9 : 0 } } }),
    };
    expect(fileLimit({ platform: 'darwin', report: names })).toBe(9);
  });

  test('is a constant on Windows, which has none', () => {
    expect(fileLimit({ platform: 'win32', report })).toBe(16_384);
  });

  test('is a constant where nothing is known', () => {
    expect(fileLimit({ platform: 'freebsd', report: { getReport: () => ({}) } })).toBe(16_384);
  });
});
