import { expect, test } from 'vitest';
import { Device, PRINTER, questionsOf, TYPE } from '../device.ts';

const DETAILS = [`${PRINTER} 120 IN! SRV 0 0 80 other.local`, 'other.local 120 IN! A 10.0.0.2'];
const QUESTION = `SRV ${PRINTER}`;
const ASKER = { address: '10.0.0.3' };

async function finding(): Promise<{ device: Device; browsed: ReturnType<Device['browse']> }> {
  const device = await Device.start();
  const browsed = device.browse();
  await device.run(500);
  device.tell([`${TYPE} 4500 IN PTR ${PRINTER}`, `${PRINTER} 4500 IN! TXT`, ...DETAILS]);
  await device.run(5_000);
  device.take();
  return { device, browsed };
}

test('doubts a record that others ask for twice without an answer, and lets it go', async () => {
  const { device, browsed } = await finding();
  device.ask(QUESTION, {}, ASKER);
  await device.run(2_000);
  device.ask(QUESTION, {}, ASKER);
  await device.run(11_000);
  expect(questionsOf(device.take())).toContain(QUESTION);
  await device.run(9_000);
  expect(browsed.instances()).toEqual([]);
});

test('doubts nothing that is answered, or that was asked for once', async () => {
  const { device, browsed } = await finding();
  device.ask(QUESTION, {}, ASKER);
  await device.run(2_000);
  device.ask(QUESTION, {}, ASKER);
  await device.run(100);
  device.tell(DETAILS);
  await device.run(20_000);
  device.ask(QUESTION, {}, ASKER);
  await device.run(30_000);
  expect(questionsOf(device.take())).not.toContain(QUESTION);
  expect(browsed.instances()).toHaveLength(1);
});

test('doubts nothing because of an asker who knows the answer, or to whom the answer goes by unicast', async () => {
  const { device, browsed } = await finding();
  for (let asked = 0; asked < 4; asked++) {
    device.ask(QUESTION, { answers: [(DETAILS[0] ?? '').replace('IN!', 'IN')] }, ASKER);
    device.ask(`QU ${QUESTION}`, {}, { address: '10.0.0.4' });
    device.ask(QUESTION, {}, { address: '10.0.0.5', port: 40_000 });
    await device.run(2_000);
  }
  await device.run(20_000);
  expect(questionsOf(device.take())).not.toContain(QUESTION);
  expect(browsed.instances()).toHaveLength(1);
});
