import { expect, test } from 'vitest';
import { Device, TYPE } from '../device.ts';

/** The PTR record's target in hex: `a.b\c Ü` is one label. */
const LABEL = '08612e625c6320c39c';

test('an instance name is one label of any text: dots, backslashes, spaces and letters beyond ASCII stay as they are', async () => {
  const device = await Device.start();
  const { publication } = device.publish('a.b\\c Ü');
  await device.run(10_000);
  const [announcement] = await device.responsesIn(0);
  expect(Buffer.from(announcement?.bytes ?? []).toString('hex')).toContain(LABEL);
  expect(publication.name).toBe('a.b\\c Ü');
});

test('reads such a name from others as it is', async () => {
  const device = await Device.start();
  const browsed = device.browse();
  await device.run(500);
  const header = '0000 8400 0000 0004 0000 0000';
  const pointer = `055f68747470045f746370056c6f63616c00 000c 0001 00001194 000b ${LABEL} c00c`;
  // The instance's name stands at 12 + 18 + 10 = 40.
  const srv = 'c028 0021 8001 00000078 000a 0000 0000 0050 0168 c017';
  const txt = 'c028 0010 8001 00001194 0001 00';
  const host = '0168 c017 0001 8001 00000078 0004 0a000002';
  device.inject(Buffer.from(`${header}${pointer}${srv}${txt}${host}`.replaceAll(' ', ''), 'hex'));
  await device.run(0);
  expect(browsed.instances()).toMatchObject([{ name: 'a.b\\c Ü', host: 'h.local', port: 80 }]);
});

test.each([
  ['more than 63 bytes', 'ü'.repeat(32)],
  ['a control character', 'a\tb'],
  ['nothing', ''],
])('refuses a name of %s', async (_, name) => {
  const device = await Device.start();
  expect(() => device.publish(name)).toThrow(expect.objectContaining({ code: 'bad-name' }));
});

test('takes 63 bytes', async () => {
  const device = await Device.start();
  const { publication } = device.publish('x'.repeat(63));
  await device.run(2_000);
  expect(publication.state.kind).toBe('announced');
});

test('takes no name for an instance that is not one label under the type', async () => {
  const device = await Device.start();
  const browsed = device.browse();
  await device.run(500);
  device.take();
  device.tell([
    `${TYPE} 4500 IN PTR a._ipp._tcp.local`,
    `${TYPE} 4500 IN PTR a.b.${TYPE}`,
    `${TYPE} 4500 IN PTR ${TYPE}`,
  ]);
  const queries = await device.queriesIn(400);
  expect(queries.flatMap(({ questions }) => questions)).toEqual([]);
  expect(browsed.events).toEqual([]);
});
