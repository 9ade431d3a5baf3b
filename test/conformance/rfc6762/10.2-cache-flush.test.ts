import { expect, test } from 'vitest';
import { Device, type DeviceOptions, PRINTER, TYPE } from '../device.ts';

const POINTER = `${TYPE} 4500 IN PTR ${PRINTER}`;
const DETAILS = [`${PRINTER} 120 IN! SRV 0 0 80 other.local`, `${PRINTER} 4500 IN! TXT`];
const address = (literal: string, bit = 'IN!'): string => `other.local 120 ${bit} A ${literal}`;

async function finding(options: DeviceOptions = {}) {
  const device = await Device.start(options);
  const browsed = device.browse();
  await device.run(500);
  device.tell([POINTER, ...DETAILS, address('10.0.0.2')]);
  await device.run(5_000);
  const addresses = (): readonly string[] =>
    browsed.instances().flatMap((instance) => instance.addresses.map((each) => each.address));
  return { device, browsed, addresses };
}

test('a record with the bit takes the place of those that are older than a second, one second later', async () => {
  const { device, addresses } = await finding();
  device.tell(address('10.0.0.3'));
  await device.run(1_001);
  expect(addresses()).toEqual(['10.0.0.3']);
});

test('records of one set that come within a second stand together, in one packet or several', async () => {
  const { device, addresses } = await finding();
  device.tell([address('10.0.0.3'), address('10.0.0.4')]);
  await device.run(400);
  device.tell(address('10.0.0.5'));
  await device.run(5_000);
  expect(addresses()).toEqual(['10.0.0.3', '10.0.0.4', '10.0.0.5']);
});

test('a record without the bit stands beside the others', async () => {
  const { device, addresses } = await finding();
  device.tell(address('10.0.0.3', 'IN'));
  await device.run(5_000);
  expect(addresses()).toEqual(['10.0.0.2', '10.0.0.3']);
});

test('no bit erases the pointers of a type, which belong to many', async () => {
  const { device, browsed } = await finding();
  device.tell(`${TYPE} 4500 IN! PTR evil.${TYPE}`);
  await device.run(5_000);
  expect(browsed.instances().map(({ name }) => name)).toEqual(['printer']);
});

test('erases nothing that was heard on another interface', async () => {
  const interfaces = { eth0: ['lan', '10.0.0.1/24'], eth1: ['dmz', '10.1.0.1/24'] } as const;
  const { device, addresses } = await finding({ interfaces });
  device.tell([POINTER, ...DETAILS, address('10.1.0.2')], {}, { segment: 'dmz', address: '10.1.0.2' });
  await device.run(5_000);
  expect(addresses()).toEqual(['10.0.0.2', '10.1.0.2']);
});

test('keeps an instance whose port changes, without losing it in between', async () => {
  const { device, browsed } = await finding();
  device.tell(`${PRINTER} 120 IN! SRV 0 0 81 other.local`);
  await device.run(5_000);
  expect(browsed.events.map(({ kind }) => kind)).toEqual(['added', 'updated']);
  expect(browsed.instances()).toMatchObject([{ port: 81 }]);
});
