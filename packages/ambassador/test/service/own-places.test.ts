import { expect, test } from 'vitest';
import { OwnPlaces } from '../../src/service/own-places.ts';
import { endpoint } from '../pool/fixtures.ts';

const own = new Set(['10.99.0.1', 'fd00::1', 'fe80::1']);

function leadsBack(listening: string, address: string, port = 7000): boolean {
  const places = new OwnPlaces([{ kind: 'tcp', address: listening, port: 7000 }], () => own);
  const { leadBack } = places.filter({ kind: 'add', endpoints: [endpoint('x', { addresses: [address], port })] });
  return leadBack.length > 0;
}

test.each([
  ['127.0.0.1', '127.0.0.1', true],
  ['127.0.0.1', '127.0.0.2', false],
  ['127.0.0.1', '10.99.0.1', false],
  ['0.0.0.0', '127.0.0.1', true],
  ['0.0.0.0', '10.99.0.1', true],
  ['0.0.0.0', '10.99.0.2', false],
  ['0.0.0.0', 'fd00::1', false],
  ['::', 'fd00::1', true],
  ['::', 'fe80::1%eth0', true],
  ['::', '10.99.0.1', false],
  ['10.99.0.1', '10.99.0.1', true],
])('a proxy on %s meets itself at %s: %s', (listening, address, expected) => {
  expect(leadsBack(listening, address)).toBe(expected);
  expect(leadsBack(listening, address, 7001)).toBe(false);
});

test('addresses that lead back are left out, whatever source names them; an endpoint that has no other is removed', () => {
  const places = new OwnPlaces([{ kind: 'tcp', address: '127.0.0.1', port: 7000 }], () => own);
  const mixed = endpoint('mixed', { addresses: ['127.0.0.1', '10.99.0.2'], port: 7000 });
  const back = endpoint('back', { addresses: ['127.0.0.1'], port: 7000 });
  expect(places.filter({ kind: 'add', endpoints: [mixed, back] })).toEqual({
    updates: [
      { kind: 'add', endpoints: [{ ...mixed, addresses: ['10.99.0.2'] }] },
      { kind: 'remove', ids: ['back'], reason: 'leads back to this proxy' },
    ],
    leadBack: [back],
  });
  expect(places.filter({ kind: 'reset', endpoints: [back] }).updates).toEqual([{ kind: 'reset', endpoints: [] }]);
  const gone = { kind: 'gone', ids: ['back'] } as const;
  expect(places.filter(gone).updates).toEqual([gone]);
});
