import { expect, test } from 'vitest';
import { answersOf, Device, HOST, HOST_A, PRINTER, PRINTER_PTR, PRINTER_SRV, TYPE } from '../device.ts';

test('compares names without regard to the case of ASCII letters, in questions, known answers and conflicts', async () => {
  const device = await Device.settled();
  device.ask(`SRV ${PRINTER.toUpperCase()}`);
  expect(answersOf(await device.responsesIn(0))).toEqual([PRINTER_SRV]);
  device.ask(`PTR ${TYPE.toUpperCase()}`, {
    answers: [PRINTER_PTR.replace(`PTR ${PRINTER}`, 'PTR PRINTER._HTTP._tcp.Local')],
  });
  expect(await device.responsesIn(2_000)).toEqual([]);
  device.tell(`${PRINTER.toUpperCase()} 120 IN! SRV 0 0 8080 ${HOST.toUpperCase()}`);
  device.tell(`${HOST.toUpperCase()} 120 IN! A 10.0.0.1`);
  await device.run(5_000);
  expect(device.take()).toEqual([]);
});

test('keeps the case of the names that it answers with', async () => {
  const device = await Device.settled({}, { name: 'PriNter', type: '_HTTP._tcp' });
  device.ask(`SRV ${PRINTER}`);
  expect(answersOf(await device.responsesIn(0))).toEqual([`PriNter._HTTP._tcp.local 120 IN! SRV 0 0 8080 ${HOST}`]);
});

test('compares other letters byte for byte', async () => {
  const device = await Device.start();
  device.publish('Ä');
  await device.run(10_000);
  device.take();
  device.ask(`SRV ä.${TYPE}`);
  expect(await device.responsesIn(1_000)).toEqual([]);
  device.ask(`SRV Ä.${TYPE}`);
  expect(await device.responsesIn(1_000)).toHaveLength(1);
});

test('sends names as precomposed UTF-8', async () => {
  const device = await Device.start();
  const { publication } = device.publish('Cafe\u0301');
  await device.run(10_000);
  expect(publication.name).toBe('Caf\u00e9');
  const [announcement] = await device.responsesIn(0);
  expect(Buffer.from(announcement?.bytes ?? []).includes(Buffer.from('05436166c3a9', 'hex'))).toBe(true);
});

test('finds its address under its own name only', async () => {
  const device = await Device.settled();
  device.ask(`A ${HOST}`);
  expect(answersOf(await device.responsesIn(0))).toEqual([HOST_A]);
  device.ask('A device.local');
  expect(await device.responsesIn(1_000)).toEqual([]);
});
