import { expect, test } from 'vitest';
import { Device, PRINTER, questionsOf, TYPE } from '../device.ts';

const DETAILS = [`${PRINTER} 120 IN! SRV 0 0 80 other.local`, 'other.local 120 IN! A 10.0.0.2'];
const INSTANCE = [`${TYPE} 4500 IN PTR ${PRINTER}`, `${PRINTER} 4500 IN! TXT`, ...DETAILS];

async function finding(): Promise<{ device: Device; browsed: ReturnType<Device['browse']> }> {
  const device = await Device.start();
  const browsed = device.browse();
  await device.run(500);
  device.tell(INSTANCE);
  await device.run(20_000);
  device.take();
  return { device, browsed };
}

test('asks at least twice for the records of a service that failed, and lets it go within ten seconds', async () => {
  const { device, browsed } = await finding();
  device.node.verify('_http._tcp', 'printer');
  await device.run(8_000);
  expect(questionsOf(device.take()).filter((question) => question === `SRV ${PRINTER}`).length).toBeGreaterThanOrEqual(
    2,
  );
  expect(browsed.instances()).toHaveLength(1);
  await device.run(2_000);
  expect(browsed.events.at(-1)).toMatchObject({ kind: 'removed', lost: 'unreachable' });
});

test('lets it go within ten seconds although its records came less than a second before the failure', async () => {
  const { device, browsed } = await finding();
  device.tell(DETAILS);
  await device.run(10);
  device.node.verify('_http._tcp', 'printer');
  await device.run(8_000);
  expect(questionsOf(device.take()).filter((question) => question === `SRV ${PRINTER}`).length).toBeGreaterThanOrEqual(
    2,
  );
  await device.run(2_000);
  expect(browsed.events.at(-1)).toMatchObject({ kind: 'removed', lost: 'unreachable' });
});

test('keeps it when the owner answers', async () => {
  const { device, browsed } = await finding();
  device.node.verify('_http._tcp', 'printer');
  await device.run(2_000);
  device.tell(DETAILS);
  await device.run(30_000);
  expect(browsed.events.map(({ kind }) => kind)).toEqual(['added']);
});

test('has it back at once when it answers after all', async () => {
  const { device, browsed } = await finding();
  device.node.verify('_http._tcp', 'printer');
  await device.run(10_000);
  expect(browsed.instances()).toEqual([]);
  device.tell(DETAILS);
  await device.run(0);
  expect(browsed.instances()).toHaveLength(1);
});

test('verifying again and again sends no more questions than one a second', async () => {
  const { device } = await finding();
  for (let at = 0; at < 5_000; at += 50) {
    device.node.verify('_http._tcp', 'printer');
    await device.run(50);
  }
  const asked = questionsOf(device.take()).filter((question) => question === `SRV ${PRINTER}`);
  expect(asked.length).toBeLessThanOrEqual(5);
});
