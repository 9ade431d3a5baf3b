import { expect, test } from 'vitest';
import { Device, questionsOf, TYPE } from '../device.ts';

const NAME = `a.${TYPE}`;
const POINTER = `${TYPE} 4500 IN PTR ${NAME}`;
const SRV = `${NAME} 120 IN! SRV 3 7 80 other.local`;
const TXT = `${NAME} 4500 IN! TXT k=v`;
const ADDRESS = 'other.local 120 IN! A 10.0.0.2';

test.each([
  ['in one packet', [[POINTER, SRV, TXT, ADDRESS]]],
  ['the address first', [[ADDRESS], [POINTER, SRV, TXT]]],
  ['one by one', [[POINTER], [SRV], [TXT], [ADDRESS]]],
  ['TXT last', [[POINTER, SRV, ADDRESS], [TXT]]],
])('resolves an instance whose records come %s', async (_, packets) => {
  const device = await Device.start();
  const browsed = device.browse();
  await device.run(500);
  for (const packet of packets) {
    device.tell(packet);
    await device.run(100);
  }
  expect(browsed.instances()).toMatchObject([
    { name: 'a', host: 'other.local', port: 80, priority: 3, weight: 7, addresses: [{ address: '10.0.0.2' }] },
  ]);
  expect(browsed.instances()[0]?.txt.get('k')).toEqual(new Uint8Array([0x76]));
});

test('asks for what did not come, and not without end', async () => {
  const device = await Device.start();
  device.browse();
  await device.run(500);
  device.take();
  device.tell(POINTER);
  expect(questionsOf(await device.queriesIn(200))).toEqual([`SRV ${NAME}`, `TXT ${NAME}`]);
  device.tell([SRV, TXT]);
  expect(questionsOf(await device.queriesIn(200))).toEqual(['A other.local', 'AAAA other.local']);
  const asked = questionsOf(await device.queriesIn(600_000)).filter((question) => question.includes('other.local'));
  expect(asked).toHaveLength(6);
});

test('a service without target or port is announced to be absent, and is not found', async () => {
  const device = await Device.start();
  const browsed = device.browse();
  device.tell([POINTER, `${NAME} 120 IN! SRV 0 0 0 other.local`, TXT, ADDRESS]);
  await device.run(2_000);
  expect(browsed.instances()).toEqual([]);
});

test('says which instances are named, and not where they are: no SRV record, or no address', async () => {
  const device = await Device.start();
  device.browse();
  device.tell([
    `${TYPE} 4500 IN PTR whole.${TYPE}`,
    `whole.${TYPE} 120 IN! SRV 0 0 80 dev.local`,
    `whole.${TYPE} 4500 IN! TXT`,
    'dev.local 120 IN! A 10.0.0.2',
    `${TYPE} 4500 IN PTR placeless.${TYPE}`,
    `${TYPE} 4500 IN PTR unaddressed.${TYPE}`,
    `unaddressed.${TYPE} 120 IN! SRV 0 0 80 10.0.0.9`,
    `${TYPE} 4500 IN PTR flagship.${TYPE}`,
    `flagship.${TYPE} 120 IN! SRV 0 0 0 dev.local`,
    `${TYPE} 4500 IN PTR denied.${TYPE}`,
    `denied.${TYPE} 120 IN! NSEC denied.${TYPE} TXT`,
  ]);
  await device.run(2_000);
  expect(device.node.unresolved('_http._tcp')).toEqual([
    { name: 'placeless', host: undefined },
    { name: 'unaddressed', host: '10.0.0.9' },
  ]);
  expect(device.node.unresolved('_other._tcp')).toEqual([]);
  device.tell([`placeless.${TYPE} 120 IN! SRV 0 0 80 dev.local`, `${TYPE} 0 IN PTR unaddressed.${TYPE}`]);
  await device.run(3_000);
  expect(device.node.unresolved('_http._tcp')).toEqual([]);
});
