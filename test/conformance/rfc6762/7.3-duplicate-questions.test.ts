import { expect, test } from 'vitest';
import { Device, questionsOf, TYPE } from '../device.ts';

const QUESTION = `PTR ${TYPE}`;
const POINTER = `${TYPE} 4500 IN PTR other.${TYPE}`;

async function startBrowsing(): Promise<Device> {
  const device = await Device.start();
  device.browse();
  return device;
}

test('counts the same question of another host as its own', async () => {
  const device = await startBrowsing();
  device.ask(QUESTION);
  expect(questionsOf(await device.queriesIn(900))).toEqual([]);
  expect(questionsOf(await device.queriesIn(300))).toEqual([QUESTION]);
});

test('asks all the same when the other host knows an answer that it does not know', async () => {
  const device = await startBrowsing();
  device.ask(QUESTION, { answers: [POINTER] });
  expect(questionsOf(await device.queriesIn(500))).toEqual([QUESTION]);
});

test('leaves its question out when it knows all that the other host lists', async () => {
  const device = await startBrowsing();
  await device.run(500);
  device.tell(POINTER);
  await device.run(0);
  device.take();
  device.ask(QUESTION, { answers: [POINTER] });
  const queries = await device.queriesIn(900);
  expect(questionsOf(queries)).not.toContain(QUESTION);
});

test.each([
  ['wants a unicast answer', { questions: [`QU ${QUESTION}`] }, {}],
  ['comes from another port', { questions: [QUESTION] }, { port: 50_000 }],
  ['has more known answers to come', { questions: [QUESTION], truncated: true }, {}],
])('asks all the same when the question %s', async (_, { questions, ...rest }, from) => {
  const device = await startBrowsing();
  device.ask(questions, rest, from);
  expect(questionsOf(await device.queriesIn(500))).toEqual([QUESTION]);
});

test('asks all the same when the packet with what it does not know has overtaken the question, or comes last of all', async () => {
  const first = { questions: [QUESTION], truncated: true };
  const unknown = { questions: [], answers: [POINTER], truncated: true };
  const last = { questions: [], answers: [POINTER.replace('other', 'known')] };
  for (const packets of [
    [unknown, first, last],
    [first, last, unknown],
    [last, unknown, first],
  ]) {
    const device = await startBrowsing();
    await device.run(500);
    device.tell(POINTER.replace('other', 'known'));
    await device.run(0);
    device.take();
    for (const { questions, ...rest } of packets) {
      device.ask(questions, rest);
      await device.run(1);
    }
    expect(questionsOf(await device.queriesIn(900))).toContain(QUESTION);
  }
});

test('leaves its question out when it knows all that the other host lists in several packets, whatever their order', async () => {
  const first = { questions: [QUESTION], truncated: true };
  const last = { questions: [], answers: [POINTER] };
  for (const packets of [
    [first, last],
    [last, first],
  ]) {
    const device = await startBrowsing();
    await device.run(500);
    device.tell(POINTER);
    await device.run(0);
    device.take();
    for (const { questions, ...rest } of packets) device.ask(questions, rest);
    expect(questionsOf(await device.queriesIn(900))).not.toContain(QUESTION);
  }
});
