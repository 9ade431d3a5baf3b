import { expect, test } from 'vitest';
import {
  answersOf,
  Device,
  HOST,
  HOST_A,
  PRINTER,
  PRINTER_PTR,
  PRINTER_SRV,
  PRINTER_TXT,
  recordsOf,
  TYPE,
} from '../device.ts';

test('answers for names that it owns, and for no others', async () => {
  const device = await Device.settled();
  for (const question of [`SRV ${PRINTER}`, `TXT ${PRINTER}`, `A ${HOST}`]) {
    device.ask(question);
    await device.run(2_000);
  }
  expect(answersOf(device.take())).toEqual([PRINTER_SRV, PRINTER_TXT, HOST_A]);
  device.ask(['A other.local', `SRV other.${TYPE}`, 'PTR _ipp._tcp.local', `A ${TYPE}`, 'A example.com']);
  expect(await device.responsesIn(5_000)).toEqual([]);
});

test('answers for a unique record at once', async () => {
  const device = await Device.settled();
  device.ask(`SRV ${PRINTER}`);
  const asked = device.clock.now();
  const [response] = await device.responsesIn(1_000);
  expect(response?.at).toBe(asked);
});

test('answers for a shared record after 20 to 120 ms', async () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const device = await Device.settled({ seed });
    const asked = device.clock.now();
    device.ask(`PTR ${TYPE}`);
    const [response] = await device.responsesIn(1_000);
    expect(response?.at).toBeGreaterThanOrEqual(asked + 20);
    expect(response?.at).toBeLessThanOrEqual(asked + 121);
    expect(response?.answers).toEqual([PRINTER_PTR]);
  }
});

test('multicasts a record once a second at most, whoever asks', async () => {
  const device = await Device.settled();
  for (let asked = 0; asked < 100; asked++) {
    device.ask(`SRV ${PRINTER}`, {}, { address: `10.0.0.${2 + asked}` });
    await device.run(50);
  }
  await device.run(2_000);
  const times = device.take().map(({ at }) => at);
  expect(times.length).toBeGreaterThan(3);
  for (const [index, at] of times.slice(1).entries()) expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(1_000);
});

test('multicasts no additional record either within a second of the last time', async () => {
  const device = await Device.settled();
  device.ask(`SRV ${PRINTER}`);
  await device.run(300);
  device.ask(`PTR ${TYPE}`);
  const heard = await device.responsesIn(700);
  expect(recordsOf(heard).filter((record) => record === PRINTER_SRV)).toHaveLength(1);
  expect(recordsOf(heard)).toContain(PRINTER_TXT);
});

test('takes a response from another port for none: no conflict, no instance', async () => {
  const device = await Device.settled();
  const browsed = device.browse();
  await device.run(5_000);
  device.take();
  const elsewhere = `${PRINTER} 120 IN! SRV 0 0 9 other.local`;
  const other = [`${TYPE} 4500 IN PTR other.${TYPE}`, `other.${TYPE} 120 IN! SRV 0 0 9 other.local`];
  const rest = [`other.${TYPE} 4500 IN! TXT`, 'other.local 120 IN! A 10.0.0.2'];
  device.tell([elsewhere, ...other, ...rest], {}, { port: 5354 });
  await device.run(2_000);
  expect(device.take()).toEqual([]);
  expect(device.node.counters.otherPort).toBe(1);
  expect(browsed.instances().map(({ name }) => name)).toEqual(['printer']);
  device.tell([...other, ...rest]);
  await device.run(2_000);
  expect(browsed.instances().map(({ name }) => name)).toEqual(['printer', 'other']);
});

test('puts no questions into a response, and reads none in one', async () => {
  const device = await Device.settled();
  device.ask(`SRV ${PRINTER}`);
  const [response] = await device.responsesIn(100);
  expect(response).toMatchObject({ questions: [], kind: 'response', to: 'group' });
  await device.run(2_000);
  device.tell([], { questions: [`SRV ${PRINTER}`] });
  expect(await device.responsesIn(5_000)).toEqual([]);
});

test('never tells what it learned from others', async () => {
  const device = await Device.settled();
  device.browse();
  device.tell([`${TYPE} 4500 IN PTR other.${TYPE}`], {
    additionals: [`other.${TYPE} 120 IN! SRV 0 0 9 other.local`, 'other.local 120 IN! A 10.0.0.2'],
  });
  await device.run(5_000);
  device.take();
  device.ask([`PTR ${TYPE}`, `SRV other.${TYPE}`, 'A other.local']);
  const heard = await device.responsesIn(5_000);
  expect(answersOf(heard)).toEqual([PRINTER_PTR]);
  expect(recordsOf(heard).join()).not.toContain('other');
});
