import { expect, test } from 'vitest';
import { isWindowsPipe, listen } from '../src/listen.ts';

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

test('to listen on a file is refused there with what to write instead', async () => {
  const at = { kind: 'unix', path: 'C:\\app\\redis.sock' } as const;
  await expect(listen({ at, platform: 'win32', maxConnections: 1, onConnection: () => undefined })).rejects.toThrow(
    'write unix:\\\\.\\pipe\\NAME',
  );
});
