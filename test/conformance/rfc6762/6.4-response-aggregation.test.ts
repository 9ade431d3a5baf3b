import { expect, test } from 'vitest';
import { answersOf, Device, TYPE } from '../device.ts';

test('puts answers that are due at about the same time into one packet', async () => {
  const device = await Device.settled();
  device.publish('second', { type: '_ipp._tcp' });
  await device.run(10_000);
  device.take();
  device.ask(`PTR ${TYPE}`);
  await device.run(10);
  device.ask('PTR _ipp._tcp.local', {}, { address: '10.0.0.3' });
  const heard = await device.responsesIn(1_000);
  expect(heard).toHaveLength(1);
  expect(answersOf(heard)).toHaveLength(2);
});

test('keeps an answer back for others by half a second at most', async () => {
  const device = await Device.start();
  const types = Array.from({ length: 60 }, (_, index) => `_t${index}._tcp`);
  for (const type of types) device.publish('x', { type });
  await device.run(10_000);
  device.take();
  const asked = device.clock.now();
  for (const type of types) {
    device.ask(`PTR ${type}.local`);
    await device.run(20);
  }
  const [first] = await device.responsesIn(2_000);
  expect(first?.at).toBeLessThanOrEqual(asked + 120 + 500 + 1);
});
