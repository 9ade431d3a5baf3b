import { expect, test } from 'vitest';
import { answersOf, Device, HOST, HOST_A, PRINTER, PRINTER_PTR, PRINTER_SRV, PRINTER_TXT, TYPE } from '../device.ts';

test('answers all the questions of a packet that it has answers to', async () => {
  const device = await Device.settled();
  device.ask([`SRV ${PRINTER}`, `PTR ${TYPE}`, 'A other.local', `TXT ${PRINTER}`, `A ${HOST}`]);
  const answers = answersOf(await device.responsesIn(1_000));
  expect(answers.toSorted()).toEqual([PRINTER_SRV, PRINTER_PTR, PRINTER_TXT, HOST_A].toSorted());
});

test('delays the answers to several questions, unique ones too, by 20 to 120 ms', async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const device = await Device.settled({ seed });
    const asked = device.clock.now();
    device.ask([`SRV ${PRINTER}`, `A ${HOST}`]);
    const heard = await device.responsesIn(1_000);
    expect(heard).toHaveLength(1);
    expect(heard[0]?.at).toBeGreaterThanOrEqual(asked + 20);
    expect(heard[0]?.at).toBeLessThanOrEqual(asked + 121);
  }
});
