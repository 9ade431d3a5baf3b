import { expect, test } from 'vitest';
import { answersOf, Device, PRINTER_PTR, PRINTER_SRV, TYPE } from '../device.ts';
import { withTtl } from '../packet-text.ts';

test('another record under a shared name is no conflict', async () => {
  const device = await Device.settled();
  device.tell(`${TYPE} 4500 IN PTR other.${TYPE}`);
  await device.run(5_000);
  expect(device.take()).toEqual([]);
});

test('its own record with less than half of the TTL, or none, is put right at once', async () => {
  for (const ttl of [59, 1, 0]) {
    const device = await Device.settled();
    device.tell(withTtl(PRINTER_SRV, ttl));
    expect(answersOf(await device.responsesIn(0))).toEqual([PRINTER_SRV]);
  }
  const device = await Device.settled();
  device.tell(withTtl(PRINTER_PTR, 0));
  expect(answersOf(await device.responsesIn(200))).toEqual([PRINTER_PTR]);
});

test('its own record with half of the TTL or more needs no word', async () => {
  const device = await Device.settled();
  device.tell([withTtl(PRINTER_SRV, 60), withTtl(PRINTER_PTR, 2_250)]);
  await device.run(5_000);
  expect(device.take()).toEqual([]);
});
