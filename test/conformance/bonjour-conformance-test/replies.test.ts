import { describe, expect, test } from 'vitest';
import {
  answersOf,
  Device,
  ENUMERATION,
  HOST,
  HOST_A,
  HOST_NSEC,
  PRINTER,
  PRINTER_PTR,
  PRINTER_SRV,
  PRINTER_TXT,
  TYPE,
  TYPE_PTR,
} from '../device.ts';

const SAMPLES = 400;

/** How many milliseconds each of many answers to these shared questions took. */
async function measureReplies(questions: readonly string[]): Promise<readonly number[]> {
  const device = await Device.settled();
  const delays: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const asked = device.clock.now();
    device.ask(questions);
    const [reply] = await device.responsesIn(2_000);
    expect(reply?.answers).toHaveLength(questions.length);
    delays.push((reply?.at ?? Number.NaN) - asked);
  }
  return delays;
}

/** The share of the delays in each quarter of 20 to 120 ms. */
function sharesByQuarter(delays: readonly number[]): readonly number[] {
  return [20, 45, 70, 95].map((from) => delays.filter((delay) => delay > from && delay <= from + 25).length / SAMPLES);
}

test('SIMPLE REPLY RESPONSE TIME', async () => {
  const device = await Device.settled();
  for (const question of [`A ${HOST}`, `SRV ${PRINTER}`]) {
    const asked = device.clock.now();
    device.ask(question);
    const [reply] = await device.responsesIn(2_000);
    expect((reply?.at ?? Number.NaN) - asked).toBeLessThanOrEqual(10);
  }
});

test('SIMPLE REPLY VERIFICATION', async () => {
  const device = await Device.settled();
  const expected = [
    [`A ${HOST}`, HOST_A],
    [`SRV ${PRINTER}`, PRINTER_SRV],
    [`TXT ${PRINTER}`, PRINTER_TXT],
    [`PTR ${TYPE}`, PRINTER_PTR],
    [`PTR ${ENUMERATION}`, TYPE_PTR],
  ] as const;
  for (const [question, answer] of expected) {
    device.ask(question);
    const replies = await device.responsesIn(2_000);
    expect(replies).toMatchObject([{ to: 'group', id: 0, flags: 0x400, questions: [], answers: [answer] }]);
  }
});

describe.each([
  ['', [`PTR ${TYPE}`], [PRINTER_PTR]],
  ['MULTIPLE QUESTIONS - ', [`PTR ${TYPE}`, `PTR ${ENUMERATION}`], [PRINTER_PTR, TYPE_PTR]],
])('%s', (prefix, questions, answers) => {
  test(`${prefix}SHARED REPLY TIMING`, async () => {
    const delays = await measureReplies(questions);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...delays)).toBeLessThanOrEqual(121);
  });

  test(`${prefix}SHARED REPLY TIMING - UNIFORM RANDOM REPLY TIME DISTRIBUTION`, async () => {
    // 25 % in each quarter; 0.065 is three standard deviations of 400 draws.
    for (const share of sharesByQuarter(await measureReplies(questions))) {
      expect(Math.abs(share - 0.25)).toBeLessThan(0.065);
    }
  });

  test(`${prefix}DUPLICATE SUPPRESSION`, async () => {
    const device = await Device.settled();
    device.ask(questions, { answers });
    expect(await device.responsesIn(2_000)).toEqual([]);
    const [first = '', ...rest] = answers;
    device.ask(questions, { answers: [first] });
    expect(answersOf(await device.responsesIn(2_000))).toEqual(rest);
  });

  test(`${prefix}DISTRIBUTED DUPLICATE SUPPRESSION`, async () => {
    const device = await Device.settled();
    device.ask(questions);
    await device.run(15);
    device.tell(answers, {}, { address: '10.0.0.3' });
    expect(await device.responsesIn(2_000)).toEqual([]);
  });
});

test('REPLY AGGREGATION', async () => {
  const device = await Device.settled();
  device.ask(`PTR ${TYPE}`);
  device.ask(`PTR ${ENUMERATION}`, {}, { address: '10.0.0.3' });
  const replies = await device.responsesIn(2_000);
  expect(replies).toHaveLength(1);
  expect(replies[0]?.answers.toSorted()).toEqual([PRINTER_PTR, TYPE_PTR].toSorted());
});

test.each(['NO DUPLICATE RECORDS IN PACKETS', 'DUPLICATE RECORDS CHECK'])('%s', async () => {
  const device = await Device.start();
  for (const name of ['printer', 'second', 'third']) device.publish(name);
  await device.run(10_000);
  device.ask([`PTR ${TYPE}`, `PTR ${TYPE}`, `ANY ${PRINTER}`, `SRV ${PRINTER}`, `A ${HOST}`, `AAAA ${HOST}`]);
  await device.run(2_000);
  for (const { answers, authorities, additionals } of device.take()) {
    const records = [...answers, ...authorities, ...additionals];
    expect(new Set(records).size).toBe(records.length);
  }
});

test.each(['REQUIRED ADDITIONAL RECORDS IN ANSWERS', 'ADDITIONAL RECORDS IN ANSWER CHECK'])('%s', async () => {
  const device = await Device.settled();
  device.ask(`PTR ${TYPE}`);
  const [pointer] = await device.responsesIn(2_000);
  expect(pointer?.additionals).toEqual([PRINTER_SRV, PRINTER_TXT, HOST_A, HOST_NSEC]);
  device.ask(`SRV ${PRINTER}`);
  const [service] = await device.responsesIn(2_000);
  expect(service?.additionals).toEqual([HOST_A, HOST_NSEC]);
});
