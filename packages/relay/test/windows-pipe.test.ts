import { expect, test } from 'vitest';
import { isWindowsPipe } from '../src/listen.ts';

test.each(['\\\\.\\pipe\\redis', '\\\\?\\pipe\\redis', '//./pipe/redis', '\\\\.\\PIPE\\redis'])(
  '%s is a pipe on Windows alone',
  (path) => {
    expect(isWindowsPipe(path, 'win32')).toBe(true);
    expect(isWindowsPipe(path, 'linux')).toBe(false);
  },
);

test('a path of a file is none', () => {
  expect(isWindowsPipe('C:\\app\\redis.sock', 'win32')).toBe(false);
});
