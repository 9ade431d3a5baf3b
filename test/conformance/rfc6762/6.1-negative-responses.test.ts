import { expect, test } from 'vitest';
import { answersOf, Device, HOST, HOST_NSEC, PRINTER, questionsOf, TYPE } from '../device.ts';

test('denies by NSEC a type that does not exist under a name of its own', async () => {
  const device = await Device.settled();
  device.ask(`AAAA ${HOST}`);
  expect(answersOf(await device.responsesIn(0))).toEqual([HOST_NSEC]);
  device.ask(`A ${PRINTER}`);
  expect(answersOf(await device.responsesIn(0))).toEqual([`${PRINTER} 120 IN! NSEC ${PRINTER} TXT SRV`]);
});

test('writes it in the restricted form, without the NSEC bit', async () => {
  const device = await Device.settled();
  device.ask(`AAAA ${HOST}`);
  const [denial] = await device.responsesIn(0);
  // The name is the record's own, by pointer; block 0, one byte, bit 1: A.
  const tail = '002f 8001 00000078 0005 c00c 00 01 40'.replaceAll(' ', '');
  expect(Buffer.from(denial?.bytes ?? []).toString('hex')).toMatch(new RegExp(`${tail}$`));
});

test('denies nothing under a name that it shares with others', async () => {
  const device = await Device.settled();
  device.ask([`SRV ${TYPE}`, `TXT _services._dns-sd._udp.local`]);
  expect(await device.responsesIn(1_000)).toEqual([]);
});

test('denies nothing before its name is claimed, nor after it was given up', async () => {
  const device = await Device.start();
  const { publication } = device.publish('printer');
  await device.run(700);
  device.ask(`AAAA ${HOST}`);
  expect(await device.responsesIn(0)).toEqual([]);
  await device.run(10_000);
  void publication.close();
  await device.run(1_000);
  device.take();
  device.ask(`AAAA ${HOST}`);
  expect(await device.responsesIn(1_000)).toEqual([]);
});

test('asks no more for what a host denies', async () => {
  const device = await Device.start();
  const browsed = device.browse();
  await device.run(5_000);
  device.take();
  const records = [`${TYPE} 4500 IN PTR ${PRINTER}`, `${PRINTER} 120 IN! SRV 0 0 80 other.local`];
  device.tell([...records, `${PRINTER} 4500 IN! TXT`, 'other.local 120 IN! NSEC other.local AAAA']);
  expect(questionsOf(await device.queriesIn(500))).toEqual(['AAAA other.local']);
  device.tell('other.local 120 IN! AAAA fd00::2');
  await device.run(0);
  expect(browsed.instances()).toMatchObject([{ name: 'printer', addresses: [{ address: 'fd00::2' }] }]);
});

test('does not ask what it was about to ask when the denial comes first', async () => {
  const device = await Device.start();
  device.browse();
  await device.run(5_000);
  device.take();
  device.tell([
    `${TYPE} 4500 IN PTR ${PRINTER}`,
    `${PRINTER} 120 IN! SRV 0 0 80 other.local`,
    `${PRINTER} 4500 IN! TXT`,
  ]);
  await device.run(10);
  device.tell('other.local 120 IN! NSEC other.local A');
  expect(questionsOf(await device.queriesIn(500))).toEqual(['A other.local']);
});

test('lets an address go within ten seconds that its host denies: it may be gone without a goodbye', async () => {
  const device = await Device.start();
  const browsed = device.browse();
  await device.run(500);
  const records = [
    `${TYPE} 4500 IN PTR ${PRINTER}`,
    `${PRINTER} 120 IN! SRV 0 0 80 other.local`,
    `${PRINTER} 4500 IN! TXT`,
  ];
  device.tell([...records, 'other.local 120 IN! A 10.0.0.2', 'other.local 120 IN! AAAA fd00::2']);
  await device.run(5_000);
  device.tell(['other.local 120 IN! AAAA fd00::2', 'other.local 120 IN! NSEC other.local AAAA']);
  await device.run(10_000);
  expect(browsed.instances().flatMap(({ addresses }) => addresses.map(({ address }) => address))).toEqual(['fd00::2']);
});

test('keeps the records of a packet whose NSEC record cannot be read', async () => {
  const device = await Device.start();
  const browsed = device.browse();
  // other.local NSEC with a block of length 33, then other.local A 10.0.0.2.
  const nsec = '056f74686572056c6f63616c00 002f 8001 00000078 0024 c00c 0021';
  const head = '0000 8400 0000 0002 0000 0000';
  const address = 'c00c 0001 8001 00000078 0004 0a000002';
  device.tell([
    `${TYPE} 4500 IN PTR ${PRINTER}`,
    `${PRINTER} 120 IN! SRV 0 0 80 other.local`,
    `${PRINTER} 120 IN! TXT`,
  ]);
  device.inject(Buffer.from(`${head} ${nsec} ${'00'.repeat(32)} ${address}`.replaceAll(' ', ''), 'hex'));
  await device.run(0);
  expect(browsed.instances()).toMatchObject([{ addresses: [{ address: '10.0.0.2' }] }]);
});
