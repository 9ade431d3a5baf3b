import { expect, test } from 'vitest';
import { Device, PRINTER, TYPE } from '../device.ts';

const utf8 = new TextEncoder();

test('a service without attributes has a TXT record of one empty string', async () => {
  const device = await Device.settled({}, { txt: new Map() });
  device.ask(`TXT ${PRINTER}`);
  const [response] = await device.responsesIn(0);
  expect(Buffer.from(response?.bytes ?? []).toString('hex')).toMatch(/0010800100001194000100$/);
});

test('writes attributes as they are given: bytes, an empty value, no value', async () => {
  const txt = new Map<string, Uint8Array | true>([
    ['Key', utf8.encode('v=1')],
    ['empty', new Uint8Array(0)],
    ['flag', true],
    ['bytes', new Uint8Array([0, 255])],
  ]);
  const device = await Device.settled({}, { txt });
  device.ask(`TXT ${PRINTER}`);
  const [response] = await device.responsesIn(0);
  const strings = '07 4b65793d763d31 06 656d7074793d 04 666c6167 08 62797465733d00ff'.replaceAll(' ', '');
  expect(Buffer.from(response?.bytes ?? []).toString('hex')).toMatch(new RegExp(`${strings}$`));
});

test('reads the first of a key that is repeated, in whatever case, and nothing that has no key', async () => {
  const device = await Device.start();
  const browsed = device.browse();
  device.tell([
    `${TYPE} 4500 IN PTR ${PRINTER}`,
    `${PRINTER} 120 IN! SRV 0 0 80 other.local`,
    `${PRINTER} 4500 IN! TXT Key=1 KEY=2 =3 flag empty= key`,
    'other.local 120 IN! A 10.0.0.2',
  ]);
  await device.run(0);
  expect(browsed.instances()[0]?.txt).toEqual(
    new Map<string, Uint8Array | true>([
      ['Key', utf8.encode('1')],
      ['flag', true],
      ['empty', new Uint8Array(0)],
    ]),
  );
});

test('takes a service that has no TXT record for one without attributes, after a second', async () => {
  const device = await Device.start();
  const browsed = device.browse();
  device.tell([
    `${TYPE} 4500 IN PTR ${PRINTER}`,
    `${PRINTER} 120 IN! SRV 0 0 80 other.local`,
    'other.local 120 IN! A 10.0.0.2',
  ]);
  await device.run(999);
  expect(browsed.instances()).toEqual([]);
  await device.run(2);
  expect(browsed.instances()).toMatchObject([{ txt: new Map() }]);
});

test.each([
  ['an empty key', { '': true }, 'bad-txt-key'],
  ['a key with "="', { 'a=b': true }, 'bad-txt-key'],
  ['a key beyond ASCII', { ü: true }, 'bad-txt-key'],
  ['a pair of more than 255 bytes', { k: new Uint8Array(254) }, 'txt-too-long'],
] as const)('refuses %s', async (_, txt, code) => {
  const device = await Device.start();
  expect(() => device.publish('printer', { txt: new Map(Object.entries(txt)) })).toThrow(
    expect.objectContaining({ code }),
  );
});
