import { expect, test } from 'vitest';
import { Device, HOST, PRINTER, TYPE } from '../device.ts';
import { writePacket } from '../packet-text.ts';

const HEADER_BYTES = 12;
const RESOLVER = { address: '10.0.0.2', port: 49_152 };

test('answers a resolver as a conventional server does: to its port, with its id and question', async () => {
  const device = await Device.settled();
  device.ask(`SRV ${PRINTER}`, { id: 0xbeef }, RESOLVER);
  expect(await device.responsesIn(1_000)).toMatchObject([
    { to: '10.0.0.2:49152', id: 0xbeef, questions: [`SRV ${PRINTER}`] },
  ]);
});

test('gives it its question back to the byte, whatever the case of its name, its class and its top bit', async () => {
  for (const question of [`ANY ${PRINTER} class ANY`, `QU SRV ${PRINTER.toUpperCase()}`]) {
    const device = await Device.settled();
    const query = writePacket({ questions: [question] });
    device.inject(query, RESOLVER);
    const [response] = await device.responsesIn(1_000);
    expect(Buffer.from(response?.bytes ?? []).subarray(HEADER_BYTES, query.length)).toEqual(
      Buffer.from(query).subarray(HEADER_BYTES),
    );
  }
});

test('gives it no cache-flush bit, no TTL above ten seconds, and nothing that is no answer', async () => {
  const device = await Device.settled();
  device.ask(`PTR ${TYPE}`, { id: 1 }, RESOLVER);
  const [response] = await device.responsesIn(1_000);
  expect(response?.answers).toEqual([`${TYPE} 10 IN PTR ${PRINTER}`]);
  expect(response?.additionals).toEqual([
    `${PRINTER} 10 IN SRV 0 0 8080 ${HOST}`,
    `${PRINTER} 10 IN TXT a=b`,
    `${HOST} 10 IN A 10.0.0.1`,
  ]);
});

test('answers it though nothing may be multicast yet, and multicasts nothing for it', async () => {
  const device = await Device.settled();
  device.ask(`A ${HOST}`);
  await device.run(100);
  device.take();
  device.ask(`A ${HOST}`, { id: 2 }, RESOLVER);
  expect(await device.responsesIn(3_000)).toMatchObject([{ to: '10.0.0.2:49152' }]);
});

test('says nothing to it about names that it does not own', async () => {
  const device = await Device.settled();
  device.ask('A other.local', { id: 3 }, RESOLVER);
  expect(await device.responsesIn(1_000)).toEqual([]);
});

test('says to it by an empty answer what does not exist, and by NSEC if it asks for that', async () => {
  const device = await Device.settled();
  device.ask(`AAAA ${HOST}`, { id: 4 }, RESOLVER);
  expect(await device.responsesIn(1_000)).toMatchObject([
    { to: '10.0.0.2:49152', id: 4, questions: [`AAAA ${HOST}`], answers: [], additionals: [] },
  ]);
  device.ask(`NSEC ${HOST}`, { id: 5 }, RESOLVER);
  expect((await device.responsesIn(1_000))[0]?.answers).toEqual([`${HOST} 10 IN NSEC ${HOST} A`]);
});

test('spells out to it where an SRV record leads (18.14)', async () => {
  const device = await Device.settled();
  device.ask(`SRV ${PRINTER}`, { id: 6 }, RESOLVER);
  const [response] = await device.responsesIn(1_000);
  const target = HOST.split('.').map((label) => `${String.fromCharCode(label.length)}${label}`);
  expect(Buffer.from(response?.bytes ?? []).toString('latin1')).toContain(`${target.join('')}\0`);
});

test('keeps within 512 bytes', async () => {
  const txt = new Map(Array.from({ length: 4 }, (_, index) => [`k${index}`, new Uint8Array(200).fill(0x61)] as const));
  const device = await Device.settled({}, { txt });
  device.ask(`PTR ${TYPE}`, { id: 5 }, RESOLVER);
  const [response] = await device.responsesIn(1_000);
  expect(response?.answers).toHaveLength(1);
  expect(response?.bytes.length).toBeLessThanOrEqual(512);
});

test('answers a flood from one address with a few packets: nobody is amplified', async () => {
  const device = await Device.settled();
  for (let asked = 0; asked < 100; asked++)
    device.ask(`PTR ${TYPE}`, { id: asked }, { ...RESOLVER, port: 40_000 + asked });
  expect(await device.responsesIn(500)).toHaveLength(32);
});
