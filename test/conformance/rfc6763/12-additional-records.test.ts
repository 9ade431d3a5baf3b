import { expect, test } from 'vitest';
import {
  Device,
  ENUMERATION,
  HOST_A,
  HOST_NSEC,
  PRINTER,
  PRINTER_PTR,
  PRINTER_SRV,
  PRINTER_TXT,
  TYPE,
  TYPE_PTR,
} from '../device.ts';

test.each([
  ['PTR', `PTR ${TYPE}`, [PRINTER_PTR], [PRINTER_SRV, PRINTER_TXT, HOST_A, HOST_NSEC]],
  ['SRV', `SRV ${PRINTER}`, [PRINTER_SRV], [HOST_A, HOST_NSEC]],
  ['TXT', `TXT ${PRINTER}`, [PRINTER_TXT], []],
  ['type enumeration', `PTR ${ENUMERATION}`, [TYPE_PTR], []],
])('a %s answer comes with what the asker would ask for next', async (_, question, answers, additionals) => {
  const device = await Device.settled();
  device.ask(question);
  const [response] = await device.responsesIn(500);
  expect(response?.answers).toEqual(answers);
  expect(response?.additionals).toEqual(additionals);
});

test('says nothing twice in a packet: what is an answer is no additional', async () => {
  const device = await Device.settled();
  device.ask([`PTR ${TYPE}`, `SRV ${PRINTER}`]);
  const [response] = await device.responsesIn(500);
  expect(response?.answers.toSorted()).toEqual([PRINTER_SRV, PRINTER_PTR].toSorted());
  expect(response?.additionals).toEqual([PRINTER_TXT, HOST_A, HOST_NSEC]);
});
