import { expect, test } from 'vitest';
import { answersOf, Device, PRINTER_PTR, PRINTER_SRV, TYPE } from '../device.ts';
import { ttlOf, withTtl } from '../packet-text.ts';

const POINTERS = ['one', 'two', 'three'].map((name) => `${TYPE} 4500 IN PTR ${name}.${TYPE}`);

test('does not tell what the asker knows with half of the TTL left', async () => {
  const device = await Device.settled();
  device.ask(`PTR ${TYPE}`, { answers: [withTtl(PRINTER_PTR, 2_250)] });
  device.ask(`SRV printer.${TYPE}`, { answers: [withTtl(PRINTER_SRV, 60).replace('IN!', 'IN')] });
  expect(await device.responsesIn(2_000)).toEqual([]);
});

test('tells what the asker is about to forget', async () => {
  const device = await Device.settled();
  device.ask(`PTR ${TYPE}`, { answers: [withTtl(PRINTER_PTR, 2_249)] });
  expect(answersOf(await device.responsesIn(500))).toEqual([PRINTER_PTR]);
});

test('a known answer with other data suppresses nothing', async () => {
  const device = await Device.settled();
  device.ask(`PTR ${TYPE}`, { answers: POINTERS });
  expect(answersOf(await device.responsesIn(500))).toEqual([PRINTER_PTR]);
});

test('lists in its questions what it knows, with the TTL that is left and without the cache-flush bit', async () => {
  const device = await Device.start();
  device.browse();
  await device.run(500);
  // Some hosts set the bit even for records that others share.
  device.tell(POINTERS.map((pointer) => pointer.replace(' IN ', ' IN! ')));
  await device.run(20_000);
  const heard = device.take();
  const query = heard.findLast(({ questions }) => questions.includes(`PTR ${TYPE}`));
  expect(query?.answers).toHaveLength(3);
  const age = Math.floor(((query?.at ?? 0) - 500) / 1_000);
  expect(query?.answers).toEqual(POINTERS.map((pointer) => withTtl(pointer, 4_500 - age)));
});

test('lists no record of which less than half of its TTL is left', async () => {
  const device = await Device.start();
  device.browse();
  await device.run(500);
  device.tell(POINTERS.map((pointer) => withTtl(pointer, 100)));
  const queries = (await device.queriesIn(110_000)).filter(({ questions }) => questions.includes(`PTR ${TYPE}`));
  const [early, late] = [queries.filter(({ at }) => at < 50_000), queries.filter(({ at }) => at > 51_000)];
  expect(answersOf(early).filter((answer) => ttlOf(answer) >= 50).length).toBeGreaterThan(0);
  expect(late.length).toBeGreaterThan(0);
  expect(answersOf(late)).toEqual([]);
});

test('believes no known answer that somebody else lists', async () => {
  const device = await Device.start();
  const browsed = device.browse();
  await device.run(500);
  device.ask(`PTR ${TYPE}`, { answers: [POINTERS[0] ?? ''], additionals: [`one.${TYPE} 120 IN! SRV 0 0 80 a.local`] });
  await device.run(200);
  device.tell([`one.${TYPE} 120 IN! SRV 0 0 80 a.local`, `one.${TYPE} 120 IN! TXT`, 'a.local 120 IN! A 10.0.0.2']);
  await device.run(2_000);
  expect(browsed.events).toEqual([]);
});
