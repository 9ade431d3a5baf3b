import { expect, test } from 'vitest';
import { Device, PRINTER, questionsOf, TYPE } from '../device.ts';
import { withTtl } from '../packet-text.ts';

const POINTER = `${TYPE} 4500 IN PTR ${PRINTER}`;
const DETAILS = [
  `${PRINTER} 120 IN! SRV 0 0 8080 other.local`,
  `${PRINTER} 4500 IN! TXT a=b`,
  'other.local 120 IN! A 10.0.0.2',
  'other.local 120 IN! NSEC other.local A',
];
const HOUR_MS = 3_600_000;

test('asks again after one second, then at intervals that double up to an hour', async () => {
  const device = await Device.start();
  device.browse();
  const queries = await device.queriesIn(6 * HOUR_MS);
  expect(new Set(questionsOf(queries))).toEqual(new Set([`PTR ${TYPE}`]));
  const gaps = queries.slice(1).map(({ at }, index) => Math.round((at - (queries[index]?.at ?? 0)) / 1_000));
  expect(gaps).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 3_600, 3_600, 3_600, 3_600]);
});

test('waits for 20 to 120 ms before the first question, at its near end when a user asks', async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const device = await Device.start({ seed });
    device.browse();
    const [first] = await device.queriesIn(500);
    expect(first?.at).toBeGreaterThanOrEqual(20);
    expect(first?.at).toBeLessThanOrEqual(25);
  }
});

test('spreads the first question over 20 to 120 ms when all hosts may ask because of one event', async () => {
  const delays: number[] = [];
  for (let seed = 1; seed <= 20; seed++) {
    const device = await Device.start({ seed });
    device.browse();
    await device.run(5_000);
    device.take();
    const told = device.clock.now();
    device.tell(POINTER);
    const [followUp] = await device.queriesIn(500);
    delays.push((followUp?.at ?? 0) - told);
  }
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(20);
  expect(Math.max(...delays)).toBeLessThanOrEqual(121);
  expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(50);
});

test('asks for a record again at 80, 85, 90 and 95 % of its TTL, and forgets it at its end', async () => {
  const device = await Device.start();
  const browsed = device.browse();
  await device.run(500);
  device.tell([POINTER, ...DETAILS]);
  const told = device.clock.now();
  await device.run(1_000);
  device.take();
  const asked = (await device.queriesIn(130_000)).filter(({ questions }) => questions.includes(`SRV ${PRINTER}`));
  const percents = asked.map(({ at }) => ((at - told) / 120_000) * 100).slice(0, 4);
  for (const [index, planned] of [80, 85, 90, 95].entries()) {
    expect(percents[index]).toBeGreaterThanOrEqual(planned);
    expect(percents[index]).toBeLessThanOrEqual(planned + 2.1);
  }
  expect(browsed.events.at(-1)).toMatchObject({ kind: 'removed', lost: 'expired' });
});

test('asks for it no more once it was answered', async () => {
  const device = await Device.start();
  device.browse();
  await device.run(500);
  device.tell([POINTER, ...DETAILS]);
  await device.run(97_500);
  expect(questionsOf(device.take())).toContain(`SRV ${PRINTER}`);
  device.tell(DETAILS);
  expect(questionsOf(await device.queriesIn(90_000)).filter((question) => question.includes('printer'))).toEqual([]);
});

test('keeps up no records that nobody is interested in', async () => {
  const device = await Device.start();
  const browsed = device.browse();
  device.tell([POINTER, ...DETAILS]);
  await device.run(1_000);
  browsed.close();
  device.take();
  expect(await device.queriesIn(2 * HOUR_MS)).toEqual([]);
});

test('asks questions that are due together in one packet (5.3)', async () => {
  const device = await Device.start();
  device.browse();
  await device.run(5_000);
  device.take();
  device.tell(POINTER);
  const [query] = await device.queriesIn(200);
  expect(query?.questions).toEqual([`SRV ${PRINTER}`, `TXT ${PRINTER}`]);
});

test('refreshes in one packet what came in one packet, and so is answered in one (5.3)', async () => {
  for (const seed of [1, 2, 3]) {
    const device = await Device.start({ seed });
    device.browse();
    await device.run(5_000);
    device.tell([POINTER, ...DETAILS]);
    await device.run(2_000);
    device.take();
    const [refresh] = (await device.queriesIn(100_000)).filter(({ questions }) => !questions.includes(`PTR ${TYPE}`));
    expect(refresh?.questions.toSorted()).toEqual(['A other.local', `SRV ${PRINTER}`]);
  }
});

test('does not ask again for a record that lives for less than five seconds: a peer could make it ask without end', async () => {
  const device = await Device.start();
  device.browse();
  await device.run(10_000);
  device.tell([POINTER, ...DETAILS.map((record) => withTtl(record, 4))]);
  await device.run(1_000);
  device.take();
  expect(questionsOf(await device.queriesIn(2_900)).filter((question) => question.includes('printer'))).toEqual([]);
});
