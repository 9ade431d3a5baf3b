import { expect, test } from 'vitest';
import { answersOf, Device, PRINTER, PRINTER_SRV, TYPE } from '../device.ts';

const COLOR = `_color._sub.${TYPE}`;

test('is found by each of its subtypes, under its one instance name', async () => {
  const device = await Device.settled({}, { subtypes: ['_color', '_duplex'] });
  device.ask(`PTR ${COLOR}`);
  const [response] = await device.responsesIn(500);
  expect(response?.answers).toEqual([`${COLOR} 4500 IN PTR ${PRINTER}`]);
  expect(response?.additionals).toContain(PRINTER_SRV);
  device.ask(`PTR _mono._sub.${TYPE}`);
  expect(await device.responsesIn(500)).toEqual([]);
});

test('takes its subtypes back with the rest', async () => {
  const device = await Device.settled({}, { subtypes: ['_color'] });
  const closing = device.node.close();
  await device.run(0);
  await closing;
  expect(answersOf(device.take())).toContain(`${COLOR} 0 IN PTR ${PRINTER}`);
});

test('browses a subtype', async () => {
  const device = await Device.start();
  const browsed = device.browse('_color');
  const [query] = await device.queriesIn(500);
  expect(query?.questions).toEqual([`PTR ${COLOR}`]);
  device.tell([
    `${COLOR} 4500 IN PTR ${PRINTER}`,
    `${TYPE} 4500 IN PTR mono.${TYPE}`,
    `${PRINTER} 120 IN! SRV 0 0 80 other.local`,
    `${PRINTER} 4500 IN! TXT`,
    'other.local 120 IN! A 10.0.0.2',
  ]);
  await device.run(0);
  expect(browsed.instances().map(({ name }) => name)).toEqual(['printer']);
});

test.each(['_http', 'http._tcp', '_http._sctp', '_-a._tcp', '_abcdefghijklmnop._tcp', '_a b._tcp'])(
  'refuses the type %j',
  async (type) => {
    const device = await Device.start();
    expect(() => device.publish('printer', { type })).toThrow(expect.objectContaining({ code: 'bad-type' }));
  },
);
