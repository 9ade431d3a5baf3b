import { expect, test } from 'vitest';
import { lookAtSystemInterfaces, readSystemInterfaces } from '../src/system-interfaces.ts';

test('where the system tells of no interface, there is no answer rather than an error', () => {
  const forbid = (): never => {
    throw new Error('uv_interface_addresses returned Unknown system error 13');
  };
  expect(readSystemInterfaces(forbid)).toBeUndefined();
  expect(readSystemInterfaces(() => ({ lo: [] }))).toEqual({ lo: [] });
});

test('without a file descriptor nothing is known, which is an error and not a host without interfaces', () => {
  // As Node has it: libuv takes the errno of getifaddrs as it is, without the sign that would give it a name.
  const fail = (): never => {
    throw Object.assign(new Error('uv_interface_addresses returned Unknown system error 24'), { errno: 24 });
  };
  expect(() => lookAtSystemInterfaces(fail)).toThrow('no file descriptor left');
  expect(readSystemInterfaces(fail)).toBeUndefined();
});
