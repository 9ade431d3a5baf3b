import { expect, test } from 'vitest';
import { answersOf, Device, PRINTER, PRINTER_SRV, TYPE } from '../device.ts';
import { writePacket } from '../packet-text.ts';

/** Header flags: opcode and rcode. */
const OPCODE_STATUS = 2 << 11;
const RCODE_NXDOMAIN = 3;
const RECURSION_DESIRED = 0x100;
const OTHER_SRV = `${PRINTER} 120 IN! SRV 0 0 9 other.local`;

test('sends queries with id 0 and no flag, responses with id 0 and AA', async () => {
  const device = await Device.start();
  device.browse();
  device.publish('printer');
  await device.run(10_000);
  const headers = new Set(device.take().map(({ kind, id, flags }) => `${kind} ${id} ${flags.toString(16)}`));
  expect([...headers].toSorted()).toEqual(['query 0 0', 'response 0 400']);
});

test('reads queries and responses with any id and with bits that are none of its business', async () => {
  const device = await Device.settled();
  device.ask(`SRV ${PRINTER}`, { id: 77, flags: RECURSION_DESIRED });
  const [response] = await device.responsesIn(0);
  expect(response).toMatchObject({ id: 0, answers: [PRINTER_SRV] });
});

test.each([
  ['opcode', OPCODE_STATUS],
  ['rcode', RCODE_NXDOMAIN],
])('ignores messages with an %s other than 0', async (_, flags) => {
  const device = await Device.settled();
  device.ask(`SRV ${PRINTER}`, { flags });
  device.tell(OTHER_SRV, { flags });
  expect(await device.responsesIn(2_000)).toEqual([]);
  expect(device.node.counters.undecodable).toBe(2);
});

test('the announcement is what the hex says', async () => {
  const device = await Device.settled();
  device.ask(`TXT ${PRINTER}`);
  const [response] = await device.responsesIn(0);
  const header = '0000 8400 0000 0001 0000 0000';
  const name = '077072696e746572 055f68747470 045f746370 056c6f63616c 00';
  const record = '0010 8001 00001194 0004 03613d62';
  const expected = `${header}${name}${record}`.replaceAll(' ', '');
  expect(Buffer.from(response?.bytes ?? []).toString('hex')).toBe(expected);
});

test('reads a query in hex, with compressed names and a record type that it does not know', async () => {
  const device = await Device.settled();
  const header = '0000 0000 0002 0001 0000 0000';
  const first = '077072696e746572 055f68747470 045f746370 056c6f63616c 00 0021 0001';
  const second = 'c014 000c 8001';
  const unknown = 'c00c fffe 0001 00000078 0003 010203';
  device.inject(Buffer.from(`${header}${first}${second}${unknown}`.replaceAll(' ', ''), 'hex'));
  expect(answersOf(await device.responsesIn(500)).toSorted()).toEqual(
    [PRINTER_SRV, `${TYPE} 4500 IN PTR ${PRINTER}`].toSorted(),
  );
});

test('keeps the good questions of a damaged packet', async () => {
  const device = await Device.settled();
  const whole = writePacket({ questions: [`SRV ${PRINTER}`, `TXT ${PRINTER}`] });
  device.inject(whole.subarray(0, whole.length - 3));
  expect(answersOf(await device.responsesIn(500))).toEqual([PRINTER_SRV]);
  expect(device.node.counters.damagedRecords).toBe(1);
});
