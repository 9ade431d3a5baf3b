import { expect, test } from 'vitest';
import { Device, HOST, PRINTER } from '../device.ts';

/** RFC 6762 8.2.1 has MyPrinter.local at these addresses: the second is later, and wins. */
const EARLIER = '169.254.99.200';
const LATER = '169.254.200.50';

async function probing(address: string): Promise<Device> {
  const device = await Device.start({ interfaces: { eth0: ['lan', `${address}/16`] } });
  device.publish('printer');
  await device.run(300);
  device.take();
  return device;
}

test('the host with the lexicographically later data wins, and goes on', async () => {
  const device = await probing(LATER);
  device.ask(`ANY ${HOST}`, { authorities: [`${HOST} 120 IN A ${EARLIER}`] });
  await device.run(1_000);
  expect(device.take().some(({ kind }) => kind === 'response')).toBe(true);
  expect(device.events).toEqual([expect.objectContaining({ kind: 'interface-up' })]);
});

test('the other waits for a second, probes again, and gives up if it is answered', async () => {
  const device = await probing(EARLIER);
  const lost = device.clock.now();
  device.ask(`ANY ${HOST}`, { authorities: [`${HOST} 120 IN A ${LATER}`] });
  await device.run(1_100);
  const probes = device.take().filter(({ questions }) => questions.includes(`ANY ${HOST}`));
  expect(probes[0]?.at).toBe(lost + 1_000);
  device.tell(`${HOST} 120 IN! A ${LATER}`);
  await device.run(0);
  expect(device.events.at(-1)).toMatchObject({ kind: 'host-renamed', from: 'device-k3x9' });
});

test('keeps the name if nobody answers then: the probe was a stale one', async () => {
  const device = await probing(EARLIER);
  device.ask(`ANY ${HOST}`, { authorities: [`${HOST} 120 IN A ${LATER}`] });
  await device.run(3_000);
  expect(device.events.map(({ kind }) => kind)).not.toContain('host-renamed');
  device.ask(`A ${HOST}`);
  expect((await device.responsesIn(1_000)).length).toBeGreaterThan(0);
});

test('the same data is no rivalry', async () => {
  const device = await probing(EARLIER);
  const before = device.clock.now();
  device.ask(`ANY ${HOST}`, { authorities: [`${HOST} 120 IN A ${EARLIER}`] });
  await device.run(800);
  expect(device.take().filter(({ kind }) => kind === 'response')[0]?.at).toBeLessThan(before + 800);
});

test.each([
  ['the higher type is later, whatever its bytes', `${PRINTER} 120 IN A 255.255.255.255`, 'wins'],
  ['priority first, as an unsigned number', `${PRINTER} 120 IN SRV 65535 0 1 a.local`, 'loses'],
  ['target label by label, length first', `${PRINTER} 120 IN SRV 0 0 8080 a-longer-first-label.local`, 'loses'],
  ['a shorter target loses', `${PRINTER} 120 IN SRV 0 0 8080 z.local`, 'wins'],
])('compares sorted records by type, then by their bytes: %s', async (_, record, outcome) => {
  const device = await Device.start();
  device.publish('printer');
  await device.run(300);
  device.take();
  // TXT (16) sorts before SRV (33), in whatever order they come: the first of ours is TXT a=b, and theirs is the same.
  const txt = record.includes('SRV') ? [`${PRINTER} 4500 IN TXT a=b`] : [];
  device.ask(`ANY ${PRINTER}`, { authorities: [...txt, record] });
  await device.run(520);
  const probes = device.take().filter(({ questions }) => questions.includes(`ANY ${PRINTER}`));
  expect(probes.length > 0 ? 'wins' : 'loses').toBe(outcome);
});

test('a set that goes on where the other ends is later', async () => {
  const device = await Device.start();
  device.publish('printer');
  await device.run(300);
  device.take();
  const ours = [`${PRINTER} 120 IN SRV 0 0 8080 ${HOST}`, `${PRINTER} 4500 IN TXT a=b`];
  device.ask(`ANY ${PRINTER}`, { authorities: [...ours, `${PRINTER} 120 IN SRV 1 0 1 x.local`] });
  await device.run(520);
  expect(device.take().filter(({ questions }) => questions.includes(`ANY ${PRINTER}`))).toEqual([]);
});

test('two devices that start together end with two names', async () => {
  const first = await Device.start();
  const second = await Device.start({ beside: first, seed: 1, interfaces: { eth0: ['lan', '10.0.0.9/24'] } });
  const published = [first.publish('printer'), second.publish('printer')];
  await first.run(10_000);
  const names = published.map(({ publication }) => publication.name);
  expect(names.toSorted()).toEqual(['printer', 'printer (2)']);
  expect(published.map(({ publication }) => publication.state.kind)).toEqual(['announced', 'announced']);
});
