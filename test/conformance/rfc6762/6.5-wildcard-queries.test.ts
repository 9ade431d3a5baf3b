import { expect, test } from 'vitest';
import { answersOf, Device, HOST, PRINTER, PRINTER_PTR, PRINTER_SRV, PRINTER_TXT, TYPE } from '../device.ts';

test('answers ANY with all its records of that name', async () => {
  const device = await Device.settled({ interfaces: { eth0: ['lan', '10.0.0.1/24', 'fd00::1/64'] } });
  device.ask(`ANY ${PRINTER}`);
  expect((await device.responsesIn(0))[0]?.answers).toEqual([PRINTER_SRV, PRINTER_TXT]);
  await device.run(2_000);
  device.take();
  device.ask(`ANY ${HOST}`);
  const [addresses] = await device.responsesIn(0);
  expect(addresses?.answers).toEqual([`${HOST} 120 IN! A 10.0.0.1`, `${HOST} 120 IN! AAAA fd00::1`]);
});

test('answers ANY for a shared name with its own records', async () => {
  const device = await Device.settled();
  device.ask(`ANY ${TYPE}`);
  expect(answersOf(await device.responsesIn(500))).toEqual([PRINTER_PTR]);
});

test('takes the class ANY for its own', async () => {
  const device = await Device.settled();
  device.ask(`SRV ${PRINTER} class ANY`);
  expect(answersOf(await device.responsesIn(0))).toEqual([PRINTER_SRV]);
});
