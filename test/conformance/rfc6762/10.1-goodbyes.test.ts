import { expect, test } from 'vitest';
import {
  answersOf,
  Device,
  HOST_A,
  PRINTER,
  PRINTER_PTR,
  PRINTER_SRV,
  PRINTER_TXT,
  TYPE,
  TYPE_PTR,
} from '../device.ts';
import { ttlOf, withTtl } from '../packet-text.ts';

const OTHERS = [
  `${TYPE} 4500 IN PTR ${PRINTER}`,
  `${PRINTER} 120 IN! SRV 0 0 80 other.local`,
  `${PRINTER} 4500 IN! TXT`,
  'other.local 120 IN! A 10.0.0.2',
];

async function finding(): Promise<{ device: Device; browsed: ReturnType<Device['browse']> }> {
  const device = await Device.start();
  const browsed = device.browse();
  await device.run(500);
  device.tell(OTHERS);
  await device.run(5_000);
  return { device, browsed };
}

test('says goodbye with TTL 0 for all that it owned, and for nothing that others may own too', async () => {
  const device = await Device.settled();
  const closing = device.node.close();
  await device.run(0);
  await closing;
  const goodbyes = answersOf(device.take());
  expect(goodbyes.every((answer) => ttlOf(answer) === 0)).toBe(true);
  expect(goodbyes.toSorted()).toEqual(
    [PRINTER_SRV, PRINTER_TXT, PRINTER_PTR, HOST_A].map((record) => withTtl(record, 0)).toSorted(),
  );
  expect(goodbyes).not.toContain(withTtl(TYPE_PTR, 0));
});

test('withdraws one service and leaves its sibling and the host alone', async () => {
  const device = await Device.settled();
  const { publication } = device.publish('second');
  await device.run(10_000);
  device.take();
  void publication.close();
  const goodbyes = answersOf(await device.responsesIn(2_000));
  expect(goodbyes.filter((answer) => !answer.includes('second'))).toEqual([]);
  device.ask(`PTR ${TYPE}`);
  expect(answersOf(await device.responsesIn(500))).toEqual([PRINTER_PTR]);
});

test('says goodbye twice, a second apart, since multicasts get lost', async () => {
  const device = await Device.settled();
  const { publication } = device.publish('second');
  await device.run(10_000);
  device.take();
  const start = device.clock.now();
  void publication.close();
  const heard = await device.responsesIn(10_000);
  expect(heard.map(({ at }) => at - start)).toEqual([0, 1_000]);
  expect(heard[1]?.answers).toEqual(heard[0]?.answers);
});

test('does not say it again for what is told again by then', async () => {
  const device = await Device.settled();
  const { publication } = device.publish('second');
  await device.run(10_000);
  device.take();
  publication.withdraw();
  await device.run(500);
  publication.announce();
  await device.run(5_000);
  const goodbyes = device.take().filter(({ answers }) => answers.some((answer) => ttlOf(answer) === 0));
  expect(goodbyes).toHaveLength(1);
});

test('does not say it again for a name that somebody else took over meanwhile', async () => {
  const device = await Device.settled();
  const { publication } = device.publish('second');
  await device.run(10_000);
  device.take();
  void publication.close();
  await device.run(900);
  device.tell([`${TYPE} 4500 IN PTR second.${TYPE}`, `second.${TYPE} 120 IN! SRV 0 0 80 other.local`]);
  await device.run(5_000);
  const repeated = device.take().filter(({ at }) => at > device.clock.now() - 5_500);
  expect(answersOf(repeated).filter((answer) => answer.startsWith(TYPE))).toEqual([]);
});

test('says no goodbye for what it never announced', async () => {
  const device = await Device.start();
  device.publish('printer');
  await device.run(700);
  device.take();
  const closing = device.node.close();
  await device.run(0);
  await closing;
  expect(device.take()).toEqual([]);
});

test('keeps what says goodbye for one second, then lets it go', async () => {
  const { device, browsed } = await finding();
  device.tell(withTtl(OTHERS[0] ?? '', 0));
  await device.run(999);
  expect(browsed.instances()).toHaveLength(1);
  await device.run(2);
  expect(browsed.events.at(-1)).toMatchObject({ kind: 'removed', lost: 'goodbye' });
});

test('keeps it when another owner speaks up within that second', async () => {
  const { device, browsed } = await finding();
  device.tell(withTtl(OTHERS[0] ?? '', 0));
  await device.run(500);
  device.tell(OTHERS[0] ?? '', {}, { address: '10.0.0.3' });
  await device.run(5_000);
  expect(browsed.events.map(({ kind }) => kind)).toEqual(['added', 'leaving', 'updated']);
});

test('a goodbye for an SRV record or the addresses ends the instance, too', async () => {
  for (const record of [OTHERS[1], OTHERS[3]]) {
    const { device, browsed } = await finding();
    device.tell(withTtl(record ?? '', 0));
    await device.run(1_001);
    expect(browsed.events.at(-1)).toMatchObject({ kind: 'removed', lost: 'goodbye' });
  }
});
