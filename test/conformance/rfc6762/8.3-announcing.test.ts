import { expect, test } from 'vitest';
import { Device, HOST_A, PRINTER_PTR, PRINTER_SRV, PRINTER_TXT, TYPE_PTR } from '../device.ts';

test('announces all its records, unique ones with the cache-flush bit, at once, after one second and two more', async () => {
  const device = await Device.start();
  device.publish('printer');
  const announcements = await device.responsesIn(20_000);
  const [first] = announcements;
  expect(announcements.map(({ at }) => at - (first?.at ?? 0))).toEqual([0, 1_000, 3_000]);
  for (const { to, answers, flags } of announcements) {
    expect(answers.toSorted()).toEqual([HOST_A, PRINTER_SRV, PRINTER_TXT, PRINTER_PTR, TYPE_PTR].toSorted());
    expect({ to, flags }).toEqual({ to: 'group', flags: 0x400 });
  }
});

test('announces nothing periodically', async () => {
  const device = await Device.settled();
  await device.run(24 * 3_600_000);
  expect(device.take()).toEqual([]);
});

test('probes and announces again after the machine slept', async () => {
  const device = await Device.settled();
  device.clock.sleepThrough(60_000);
  await device.run(5_000);
  const heard = device.take();
  expect(heard.filter(({ authorities }) => authorities.length > 0)).toHaveLength(3);
  expect(heard.filter(({ answers }) => answers.includes(PRINTER_SRV)).length).toBeGreaterThanOrEqual(2);
});

test('probes and announces again when the interface returns, with the same address or another', async () => {
  for (const address of ['10.0.0.1', '10.0.0.77']) {
    const device = await Device.settled();
    device.host.disconnect('eth0');
    await device.run(5_000);
    device.take();
    device.host.connect('eth0', 'lan', [`${address}/24`]);
    await device.run(8_000);
    const heard = device.take();
    expect(heard.filter(({ authorities }) => authorities.length > 0)).toHaveLength(3);
    expect(heard.flatMap(({ answers }) => answers)).toContain(HOST_A.replace('10.0.0.1', address));
  }
});
