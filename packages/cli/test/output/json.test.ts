import { type Instance, txtToJson } from '@mdns-ambassador/mdns';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instanceToJson } from '../../src/output/json.ts';

const INSTANCE: Instance = {
  name: 'redis on h1',
  type: '_redis._tcp',
  announcer: '10.99.0.2',
  host: 'h1-k3x9.local',
  port: 12345,
  priority: 0,
  weight: 0,
  txt: new Map<string, Uint8Array | true>([
    ['txtvers', Buffer.from('1')],
    ['id', Buffer.from('k3x9')],
  ]),
  addresses: [
    { address: '10.99.0.1', interfaceName: 'eth0', isFromThisHost: false },
    { address: '10.99.0.1', interfaceName: 'eth1', isFromThisHost: false },
    { address: 'fe80::1%eth0', interfaceName: 'eth0', isFromThisHost: false },
  ],
};

test('an instance is printed exactly as the contract has it, each address once', () => {
  expect(JSON.stringify(instanceToJson(INSTANCE, false))).toBe(
    '{"service":"redis","instance":"redis on h1","type":"_redis._tcp","host":"h1-k3x9.local","port":12345,' +
      '"addresses":["10.99.0.1","fe80::1%eth0"],"txt":{"txtvers":"1","id":"k3x9"},"priority":0,"weight":0,' +
      '"secure":false,"source":"mdns"}',
  );
});

test('bytes that are no UTF-8 stand in base64, a key without a value is true', () => {
  const txt = new Map<string, Uint8Array | true>([
    ['raw', new Uint8Array([0xff, 0x00])],
    ['flag', true],
    ['empty', new Uint8Array()],
    ['bom', new Uint8Array([0xef, 0xbb, 0xbf, 0x61])],
    ['__proto__', new Uint8Array([0x61])],
  ]);
  expect(JSON.stringify(txtToJson(txt))).toBe(
    '{"raw":{"base64":"/wA="},"flag":true,"empty":"","bom":"\ufeffa","__proto__":"a"}',
  );
});

test('every value can be told back from its JSON', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const value: unknown = txtToJson(new Map([['k', bytes]])).k;
      const back =
        typeof value === 'string'
          ? Buffer.from(value)
          : Buffer.from(
              typeof value === 'object' && value !== null && 'base64' in value ? String(value.base64) : '',
              'base64',
            );
      expect([...back]).toEqual([...bytes]);
    }),
  );
});
