import { expect, test } from 'vitest';
import { Device, PRINTER, questionsOf, TYPE } from '../device.ts';

const INSTANCE = [
  `${TYPE} 4500 IN PTR ${PRINTER}`,
  `${PRINTER} 120 IN! SRV 0 0 80 other.local`,
  `${PRINTER} 4500 IN! TXT`,
  'other.local 120 IN! A 10.0.0.2',
];

test('asks anew after the machine slept, and lets go what nobody confirms within ten seconds', async () => {
  const device = await Device.start();
  const browsed = device.browse();
  await device.run(500);
  device.tell(INSTANCE);
  await device.run(60_000);
  device.take();
  device.clock.sleepThrough(30_000);
  await device.run(4_000);
  expect(questionsOf(device.take())).toContain(`PTR ${TYPE}`);
  expect(browsed.instances()).toHaveLength(1);
  await device.run(10_000);
  expect(browsed.instances()).toEqual([]);
});

test('keeps what is confirmed', async () => {
  const device = await Device.start();
  const browsed = device.browse();
  await device.run(500);
  device.tell(INSTANCE);
  await device.run(60_000);
  device.clock.sleepThrough(30_000);
  await device.run(4_000);
  device.tell(INSTANCE);
  await device.run(60_000);
  expect(browsed.events.map(({ kind }) => kind)).toEqual(['added']);
});

test('forgets at once what was known by an interface that is gone', async () => {
  const device = await Device.start();
  const browsed = device.browse();
  await device.run(500);
  device.tell(INSTANCE);
  await device.run(100);
  device.host.disconnect('eth0');
  await device.run(2_500);
  expect(browsed.instances()).toEqual([]);
});
