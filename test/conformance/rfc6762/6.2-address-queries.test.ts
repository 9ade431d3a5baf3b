import { expect, test } from 'vitest';
import { Device, HOST, HOST_A, HOST_NSEC } from '../device.ts';

const TWO_LINKS = { eth0: ['lan', '10.0.0.1/24', '10.0.0.7/24', 'fd00::1/64'], eth1: ['dmz', '10.1.0.1/24'] } as const;
const ON_LAN = [`${HOST} 120 IN! A 10.0.0.1`, `${HOST} 120 IN! A 10.0.0.7`];
const ON_LAN_IPV6 = `${HOST} 120 IN! AAAA fd00::1`;

test('tells every address of the interface that the question came from, and none of another', async () => {
  const device = await Device.settled({ interfaces: TWO_LINKS });
  device.ask(`A ${HOST}`);
  for (const response of await device.responsesIn(0)) {
    expect(response).toMatchObject({ segment: 'lan', answers: ON_LAN, additionals: [ON_LAN_IPV6] });
  }
  device.ask(`A ${HOST}`, {}, { address: '10.1.0.2', segment: 'dmz' });
  expect(await device.responsesIn(0)).toMatchObject([{ segment: 'dmz', answers: [`${HOST} 120 IN! A 10.1.0.1`] }]);
});

test('adds the addresses of the other family', async () => {
  const device = await Device.settled({ interfaces: TWO_LINKS });
  device.ask(`AAAA ${HOST}`);
  const [response] = await device.responsesIn(0);
  expect(response).toMatchObject({ answers: [ON_LAN_IPV6], additionals: ON_LAN });
});

test('adds the denial of the family that it lacks', async () => {
  const device = await Device.settled();
  device.ask(`A ${HOST}`);
  expect(await device.responsesIn(0)).toMatchObject([{ answers: [HOST_A], additionals: [HOST_NSEC] }]);
});

test('sends all addresses of a family though the asker knows one of them: the cache-flush bit would erase it', async () => {
  const device = await Device.settled({ interfaces: TWO_LINKS });
  device.ask(`A ${HOST}`, { answers: [`${HOST} 120 IN A 10.0.0.1`] });
  expect((await device.responsesIn(0))[0]?.answers).toEqual(ON_LAN);
  await device.run(2_000);
  device.ask(`A ${HOST}`, { answers: [`${HOST} 120 IN A 10.0.0.1`, `${HOST} 120 IN A 10.0.0.7`] });
  expect(await device.responsesIn(1_000)).toEqual([]);
});
