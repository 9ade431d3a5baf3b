import { expect, test } from 'vitest';
import { answersOf, Device, PRINTER_PTR, questionsOf, TYPE } from '../device.ts';

const OTHER_PTR = `${TYPE} 4500 IN PTR other.${TYPE}`;

test('waits for 400 to 500 ms after a query that is truncated', async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const device = await Device.settled({ seed });
    const asked = device.clock.now();
    device.ask(`PTR ${TYPE}`, { truncated: true, answers: [OTHER_PTR] });
    const [response] = await device.responsesIn(1_000);
    expect(response?.at).toBeGreaterThanOrEqual(asked + 400);
    expect(response?.at).toBeLessThanOrEqual(asked + 501);
  }
});

test('does not answer what a later packet of the same asker knows', async () => {
  const device = await Device.settled();
  device.ask(`PTR ${TYPE}`, { truncated: true, answers: [OTHER_PTR] });
  await device.run(300);
  device.ask([], { answers: [PRINTER_PTR] });
  expect(await device.responsesIn(2_000)).toEqual([]);
});

test('does not answer what a packet knows that overtook the question', async () => {
  const device = await Device.settled();
  device.ask([], { answers: [PRINTER_PTR] });
  await device.run(2);
  device.ask(`PTR ${TYPE}`, { truncated: true, answers: [OTHER_PTR] });
  expect(await device.responsesIn(2_000)).toEqual([]);
  device.ask(`PTR ${TYPE}`);
  expect(answersOf(await device.responsesIn(2_000))).toEqual([PRINTER_PTR]);
});

test('answers though another host knows', async () => {
  const device = await Device.settled();
  device.ask(`PTR ${TYPE}`, { truncated: true, answers: [OTHER_PTR] });
  await device.run(100);
  device.ask([], { answers: [PRINTER_PTR] }, { address: '10.0.0.3' });
  expect(answersOf(await device.responsesIn(2_000))).toEqual([PRINTER_PTR]);
});

test('waits as long again after each packet that promises more', async () => {
  const device = await Device.settled();
  device.ask(`PTR ${TYPE}`, { truncated: true, answers: [OTHER_PTR] });
  await device.run(350);
  device.ask([], { truncated: true, answers: [OTHER_PTR] });
  await device.run(350);
  device.ask([], { answers: [PRINTER_PTR] });
  expect(await device.responsesIn(2_000)).toEqual([]);
});

test('waits for two seconds at most for a host that always promises more', async () => {
  const device = await Device.settled();
  const asked = device.clock.now();
  device.ask(`PTR ${TYPE}`, { truncated: true });
  for (let packet = 0; packet < 20; packet++) {
    await device.run(150);
    device.ask([], { truncated: true, answers: [OTHER_PTR] });
  }
  const [response] = await device.responsesIn(2_000);
  expect(response?.answers).toEqual([PRINTER_PTR]);
  expect(response?.at).toBeLessThanOrEqual(asked + 2_001);
});

test('goes on in further packets with what it knows, which have no questions, TC in all but the last', async () => {
  const device = await Device.start();
  device.browse();
  await device.run(500);
  const pointers = Array.from({ length: 200 }, (_, index) => `${TYPE} 4500 IN PTR a rather long name ${index}.${TYPE}`);
  for (let at = 0; at < pointers.length; at += 20) {
    device.tell(pointers.slice(at, at + 20), {}, { address: `10.0.0.${2 + at / 20}` });
  }
  await device.run(60_000);
  const heard = device.take();
  const first = heard.findLastIndex(({ questions }) => questions.includes(`PTR ${TYPE}`));
  const packets = heard.slice(first).filter(({ at }) => at === heard[first]?.at);
  expect(packets.length).toBeGreaterThan(2);
  expect(questionsOf(packets.slice(1))).toEqual([]);
  expect(packets.map(({ truncated }) => truncated)).toEqual(packets.map((_, index) => index < packets.length - 1));
  expect(new Set(answersOf(packets)).size).toBe(200);
  for (const { bytes } of packets) expect(bytes.length).toBeLessThanOrEqual(1_440);
});
