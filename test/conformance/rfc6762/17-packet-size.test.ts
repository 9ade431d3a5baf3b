import { expect, test } from 'vitest';
import { answersOf, Device, PRINTER, TYPE } from '../device.ts';
import { typeOf } from '../packet-text.ts';

test('splits what does not fit 1232 bytes over packets, and loses nothing, additional records included', async () => {
  const device = await Device.start();
  for (let index = 0; index < 60; index++) device.publish(`a service with a long name, number ${index}`);
  await device.run(10_000);
  device.take();
  device.ask(`PTR ${TYPE}`);
  const heard = await device.responsesIn(1_000);
  expect(heard.length).toBeGreaterThan(1);
  expect(new Set(answersOf(heard)).size).toBe(60);
  const services = new Set(
    heard.flatMap(({ additionals }) => additionals.filter((record) => typeOf(record) === 'SRV')),
  );
  expect(services.size).toBe(60);
  for (const { bytes, truncated } of heard) {
    expect(bytes.length).toBeLessThanOrEqual(1_232);
    expect(truncated).toBe(false);
  }
});

test('splits probes so that each name stays with the records that are proposed for it', async () => {
  const device = await Device.start();
  for (let index = 0; index < 60; index++) device.publish(`a service with a long name, number ${index}`);
  const probes = await device.queriesIn(300);
  expect(probes.length).toBeGreaterThan(1);
  for (const { questions, authorities, bytes, truncated } of probes) {
    expect(bytes.length).toBeLessThanOrEqual(1_232);
    expect(truncated).toBe(false);
    const names = questions.map((question) => question.replace('ANY ', ''));
    expect(names.filter((name) => !authorities.some((record) => record.startsWith(`${name} `)))).toEqual([]);
    expect(authorities.filter((record) => !names.some((name) => record.startsWith(`${name} `)))).toEqual([]);
  }
});

test('sends a record that is larger than that alone, in a packet of up to 9000 bytes', async () => {
  const txt = new Map(Array.from({ length: 10 }, (_, index) => [`k${index}`, new Uint8Array(240).fill(0x61)] as const));
  const device = await Device.settled({}, { txt });
  device.ask(`TXT ${PRINTER}`);
  const [response, ...more] = await device.responsesIn(1_000);
  expect(response?.answers.map(typeOf)).toEqual(['TXT']);
  expect(response?.bytes.length).toBeGreaterThan(2_400);
  expect(more).toEqual([]);
});

test('compresses names, in the data of PTR and SRV records too', async () => {
  const device = await Device.settled();
  device.ask(`PTR ${TYPE}`);
  const [response] = await device.responsesIn(500);
  // Every label stands in the packet once.
  const text = Buffer.from(response?.bytes ?? []).toString('latin1');
  for (const label of ['\u0005_http', '\u0004_tcp', '\u0005local', '\u0007printer', '\u000bdevice-k3x9']) {
    expect(text.split(label)).toHaveLength(2);
  }
});
