import { expect, test } from 'vitest';
import { Device, HOST, PRINTER, PRINTER_SRV, questionsOf, TYPE } from '../device.ts';

const interfaces = { eth0: ['lan', '10.0.0.1/24'], eth1: ['dmz', '10.1.0.1/24', 'fe80::1/64'] } as const;

test('announces on each link with the addresses of that link', async () => {
  const device = await Device.start({ interfaces });
  device.publish('printer');
  await device.run(10_000);
  const heard = device.take();
  const addressesOn = (segment: string): ReadonlySet<string> =>
    new Set(
      heard
        .filter((packet) => packet.segment === segment && packet.kind === 'response')
        .flatMap(({ answers, additionals }) => [...answers, ...additionals])
        .filter((record) => / A+ /.test(record))
        .map((record) => record.split(' ').at(-1) ?? ''),
    );
  expect([...addressesOn('lan')]).toEqual(['10.0.0.1']);
  expect([...addressesOn('dmz')]).toEqual(['10.1.0.1', 'fe80::1']);
});

test('answers on the link that the question came from', async () => {
  const device = await Device.settled({ interfaces });
  device.ask(`SRV ${PRINTER}`, {}, { segment: 'dmz', address: '10.1.0.2' });
  const heard = await device.responsesIn(1_000);
  expect(new Set(heard.map(({ segment }) => segment))).toEqual(new Set(['dmz']));
});

test('counts the second that a record has to rest on each link alone', async () => {
  const device = await Device.settled({ interfaces });
  device.ask(`SRV ${PRINTER}`);
  await device.run(100);
  device.ask(`SRV ${PRINTER}`, {}, { segment: 'dmz', address: '10.1.0.2' });
  const heard = await device.responsesIn(0);
  expect(heard.filter(({ segment }) => segment === 'dmz')[0]?.answers).toEqual([PRINTER_SRV]);
});

test('asks on every link, and in both address families where there are two', async () => {
  const device = await Device.start({ interfaces });
  device.browse();
  const queries = await device.queriesIn(100);
  expect(new Set(questionsOf(queries))).toEqual(new Set([`PTR ${TYPE}`]));
  const ways = queries.map(({ segment, family }) => `${segment} ${family}`);
  expect(ways.toSorted()).toEqual(['dmz IPv4', 'dmz IPv6', 'lan IPv4']);
});

test('takes the address of its other link under its host name for no conflict, where both are one segment', async () => {
  const device = await Device.start({
    interfaces: { eth0: ['lan', '10.0.0.1/24'], wlan0: ['lan', '10.0.0.7/24'] },
  });
  device.publish('printer');
  await device.run(20_000);
  expect(device.events.map(({ kind }) => kind)).toEqual(['interface-up', 'interface-up']);
  device.ask(`A ${HOST}`);
  await device.run(5_000);
  expect(device.events).toHaveLength(2);
});
