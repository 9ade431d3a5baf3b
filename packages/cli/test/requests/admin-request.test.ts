import { expect, test } from 'vitest';
import { readAdminPlaces } from '../../src/requests/admin-request.ts';
import { Settings } from '../../src/settings/settings.ts';

function settings(text?: string): Settings {
  return new Settings([
    { find: () => (text === undefined ? [] : [{ text, origin: 'AMBASSADOR_ADMIN', exitCode: 64 }]) },
  ]);
}

test('there is no admin unless it is asked for', () => {
  expect(readAdminPlaces(settings())).toBeUndefined();
});

test('it listens on loopback or on a unix socket', () => {
  expect(readAdminPlaces(settings('127.0.0.1:9901'))).toEqual([{ kind: 'tcp', address: '127.0.0.1', port: 9901 }]);
  expect(readAdminPlaces(settings('localhost:9901'))).toHaveLength(2);
  expect(readAdminPlaces(settings('unix:/run/a.sock'))).toEqual([{ kind: 'unix', path: '/run/a.sock' }]);
});

test.each(['0.0.0.0:9901', '[::]:9901', '192.168.1.5:9901'])('%s is refused with 77', (text) => {
  expect(() => readAdminPlaces(settings(text))).toThrow(
    expect.objectContaining({
      exitCode: 77,
      message: expect.stringMatching(/^AMBASSADOR_ADMIN: .*write 127\.0\.0\.1/),
    }),
  );
});
