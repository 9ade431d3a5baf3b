import { expect, test } from 'vitest';
import { nameBeacon } from '../src/beacon.ts';

const PLACE = { kind: 'tcp', address: '::1', port: 6379 } as const;

test.each([
  ['linux', '\0ambassador-proxy-..1-6379'],
  ['win32', '\\\\.\\pipe\\ambassador-proxy-..1-6379'],
  ['darwin', undefined],
  ['freebsd', undefined],
  ['android', undefined],
])('on %s a beacon has the name %j', (platform, name) => {
  expect(nameBeacon(PLACE, platform)).toBe(name);
});
