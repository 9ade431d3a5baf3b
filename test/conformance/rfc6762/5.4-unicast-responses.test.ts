import { expect, test } from 'vitest';
import { Device, HOST, HOST_A, HOST_NSEC, PRINTER, PRINTER_PTR, PRINTER_SRV, PRINTER_TXT, TYPE } from '../device.ts';

const PEER = '10.0.0.2:5353';

test('answers a QU question by unicast while the record was multicast within a quarter of its TTL', async () => {
  const device = await Device.settled();
  device.ask(`QU SRV ${PRINTER}`);
  const [answer, ...more] = await device.responsesIn(1_000);
  expect(answer).toMatchObject({
    to: PEER,
    answers: [PRINTER_SRV],
    additionals: [HOST_A, HOST_NSEC],
    id: 0,
    questions: [],
  });
  expect(more).toEqual([]);
});

test('answers it by multicast when that was longer ago, for the sake of the caches of all', async () => {
  const device = await Device.settled();
  await device.run(31_000);
  device.ask(`QU SRV ${PRINTER}`);
  expect(await device.responsesIn(1_000)).toMatchObject([{ to: 'group', answers: [PRINTER_SRV] }]);
  device.ask(`QU TXT ${PRINTER}`);
  expect(await device.responsesIn(1_000)).toMatchObject([{ to: PEER, answers: [PRINTER_TXT] }]);
});

test('answers QU and QM questions of one packet each its way', async () => {
  const device = await Device.settled();
  device.ask([`QU TXT ${PRINTER}`, `A ${HOST}`]);
  const answers = await device.responsesIn(1_000);
  expect(answers).toMatchObject([
    { to: PEER, answers: [PRINTER_TXT] },
    { to: 'group', answers: [HOST_A] },
  ]);
});

test('a unicast answer has the cache-flush bit where the multicast one has it', async () => {
  const device = await Device.settled();
  device.ask(`QU PTR ${TYPE}`);
  const [answer] = await device.responsesIn(1_000);
  expect(answer).toMatchObject({ to: PEER, answers: [PRINTER_PTR] });
  expect(answer?.additionals).toEqual([PRINTER_SRV, PRINTER_TXT, HOST_A, HOST_NSEC]);
});

test('a host that asks by unicast without end gets no more than its allowance; the rest is multicast once a second', async () => {
  const device = await Device.settled();
  for (let asked = 0; asked < 200; asked++) device.ask(`QU SRV ${PRINTER}`);
  const answers = await device.responsesIn(500);
  expect(answers.filter(({ to }) => to === PEER)).toHaveLength(32);
  expect(answers.filter(({ to }) => to === 'group')).toHaveLength(1);
});

test('asks for no unicast answers itself, since port 5353 is shared with other programs', async () => {
  const device = await Device.start();
  device.browse();
  device.publish('printer');
  const queries = await device.queriesIn(10_000);
  expect(queries.length).toBeGreaterThan(4);
  expect(queries.flatMap(({ questions }) => questions).filter((question) => question.startsWith('QU '))).toEqual([]);
});
