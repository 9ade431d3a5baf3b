import { expect, test } from 'vitest';
import { findSourceAddress } from '../src/source-address.ts';

test('from loopback to loopback', async () => {
  expect(await findSourceAddress('127.0.0.1')).toEqual({ source: '127.0.0.1' });
});

test('to an interface that is not there no route leads, and a code says so', async () => {
  expect(await findSourceAddress('fe80::1%none')).toEqual({ code: expect.any(String) });
});
