import { expect, test } from 'vitest';
import { answersOf, Device, ENUMERATION, PRINTER_PTR, TYPE, TYPE_PTR } from '../device.ts';
import { withTtl } from '../packet-text.ts';

test('does not say what another host has just said', async () => {
  const device = await Device.settled();
  device.ask(`PTR ${ENUMERATION}`);
  await device.run(10);
  device.tell(TYPE_PTR, {}, { address: '10.0.0.3' });
  expect(await device.responsesIn(2_000)).toEqual([]);
});

test('says it all the same when the other host gave it a lower TTL', async () => {
  const device = await Device.settled();
  device.ask(`PTR ${ENUMERATION}`);
  await device.run(10);
  device.tell(withTtl(TYPE_PTR, 4_000), {}, { address: '10.0.0.3' });
  expect(answersOf(await device.responsesIn(500))).toEqual([TYPE_PTR]);
});

test('says the rest of what it was asked for', async () => {
  const device = await Device.settled();
  device.ask([`PTR ${ENUMERATION}`, `PTR ${TYPE}`]);
  await device.run(10);
  device.tell(TYPE_PTR, {}, { address: '10.0.0.3' });
  expect(answersOf(await device.responsesIn(500))).toEqual([PRINTER_PTR]);
});
