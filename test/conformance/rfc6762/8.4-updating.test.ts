import { expect, test } from 'vitest';
import { answersOf, Device, HOST, HOST_A, PRINTER, PRINTER_TXT } from '../device.ts';
import { ttlOf } from '../packet-text.ts';

test('announces changed data again, with the cache-flush bit, without a goodbye and without probing', async () => {
  const device = await Device.start();
  const { publication } = device.publish('printer');
  await device.run(10_000);
  device.take();
  publication.update({ port: 9_100 });
  await device.run(10_000);
  const heard = device.take();
  expect(heard.filter(({ kind }) => kind === 'query')).toEqual([]);
  expect(answersOf(heard)).toEqual(Array(3).fill(`${PRINTER} 120 IN! SRV 0 0 9100 ${HOST}`));
});

test('announces the addresses again when one comes or goes', async () => {
  const device = await Device.settled();
  device.host.readdress('eth0', ['10.0.0.1/24', '10.0.0.8/24']);
  await device.run(8_000);
  expect(new Set(answersOf(device.take()))).toEqual(new Set([HOST_A, HOST_A.replace('0.0.1', '0.0.8')]));
  device.host.readdress('eth0', ['10.0.0.8/24']);
  await device.run(8_000);
  expect(answersOf(device.take())).toContain(HOST_A.replace('0.0.1', '0.0.8'));
});

test('says goodbye to a whole family of addresses that is gone: no announcement would say so', async () => {
  const device = await Device.settled({ interfaces: { eth0: ['lan', '10.0.0.1/24', 'fd00::1/64'] } });
  device.host.readdress('eth0', ['10.0.0.1/24']);
  await device.run(8_000);
  // Twice, since multicasts get lost.
  const goodbye = `${HOST} 0 IN! AAAA fd00::1`;
  expect(answersOf(device.take()).filter((answer) => ttlOf(answer) === 0)).toEqual([goodbye, goodbye]);
});

test('sends what changes often ten times at once, then once a second at most, the latest', async () => {
  const device = await Device.start();
  const { publication } = device.publish('printer');
  await device.run(10_000);
  device.take();
  for (let value = 0; value < 50; value++) {
    publication.update({ txt: new Map([['a', new Uint8Array([0x30 + (value % 10)])]]) });
    await device.run(100);
  }
  await device.run(10_000);
  const heard = device.take();
  expect(heard.length).toBeLessThanOrEqual(17);
  expect(answersOf(heard).at(-1)).toBe(PRINTER_TXT.replace('a=b', 'a=9'));
});
