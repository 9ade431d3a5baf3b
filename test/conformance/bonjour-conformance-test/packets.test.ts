import { hostLabel } from '@mdns-ambassador/mdns';
import { expect, test } from 'vitest';
import { Device, HOST, PRINTER, recordsOf, TYPE } from '../device.ts';
import { typeOf } from '../packet-text.ts';

const HOUR_MS = 3_600_000;

test('LEGAL CHARACTERS IN ADDRESS RECORD NAMES', () => {
  for (const name of ['My Mac (2)', 'büro.local', '_x_', '-a-', '192.168.0.1', '日本', '']) {
    expect(hostLabel(name, () => 0)).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  }
});

test('CACHE FLUSH BIT SET IN NON-SHARED RESPONSES', async () => {
  const device = await Device.start();
  device.publish('printer');
  await device.run(10_000);
  device.ask([`PTR ${TYPE}`, `SRV ${PRINTER}`, `AAAA ${HOST}`]);
  const records = recordsOf(await device.responsesIn(2_000));
  expect(new Set(records.map(typeOf))).toEqual(new Set(['PTR', 'SRV', 'TXT', 'A', 'NSEC']));
  for (const record of records) expect(record.includes(' IN! ')).toBe(typeOf(record) !== 'PTR');
});

test('CACHE FLUSH BIT NOT SET IN PROPOSED ANSWER OF PROBES', async () => {
  const device = await Device.start();
  device.publish('printer');
  const probes = await device.queriesIn(1_000);
  expect(probes).toHaveLength(3);
  for (const { authorities } of probes) expect(authorities.join()).not.toContain('IN!');
});

test('CACHE FLUSH BIT NOT SET IN UNICAST RESPONSE', async () => {
  const device = await Device.settled();
  device.ask(`SRV ${PRINTER}`, { id: 1 }, { port: 40_000 });
  const [reply] = await device.responsesIn(100);
  expect(reply?.to).toBe('10.0.0.2:40000');
  expect(recordsOf([reply].filter((each) => each !== undefined)).join()).not.toContain('IN!');
});

test('UNICAST INTEROPERABILITY', async () => {
  const device = await Device.settled();
  for (const [question, answer] of [
    [`PTR ${TYPE}`, `${TYPE} 10 IN PTR ${PRINTER}`],
    [`SRV ${PRINTER}`, `${PRINTER} 10 IN SRV 0 0 8080 ${HOST}`],
    [`A ${HOST}`, `${HOST} 10 IN A 10.0.0.1`],
  ] as const) {
    device.ask(question, { id: 0x1234 }, { port: 40_000 });
    const replies = await device.responsesIn(1_000);
    expect(replies).toMatchObject([{ to: '10.0.0.2:40000', id: 0x1234, questions: [question], answers: [answer] }]);
  }
});

test('CHATTINESS', async () => {
  const device = await Device.start();
  device.publish('printer');
  device.browse();
  await device.run(10_000);
  // Three probes, three announcements, and the questions of a browse after 0, 1, 3 and 7 s.
  expect(device.take().length).toBeLessThanOrEqual(3 + 3 + 4 + 1);
  await device.run(HOUR_MS);
  device.take();
  const heard = await device.queriesIn(HOUR_MS);
  expect(heard.length).toBeLessThan(200);
});
