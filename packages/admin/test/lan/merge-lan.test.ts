import { expect, test } from 'vitest';
import { MAX_MACHINES, mergeLan, type SeenProcess } from '../../src/lan/merge-lan.ts';
import { announced, endpoint, instance, proxied, shown } from '../lan-fixture.ts';

const self = (view = shown(1, 'laptop')): SeenProcess => ({ via: 'self', view });

test('processes of one machine are one box, and what mDNS says of the same instance is no second one', () => {
  const first = shown(3, 'nas', { announced: [announced('redis', 'nas')] });
  const second = shown(2, 'nas', { machine: first.machine, proxied: [proxied('web', [])], version: '0.2.0' });
  const { machines } = mergeLan(
    {
      processes: [self(), { via: 'peer', view: first }, { via: 'peer', view: second }],
      instances: [instance('redis', 'nas', '10.0.0.4')],
    },
    0,
  );
  expect(machines).toMatchObject([
    { name: 'laptop', known: 'self' },
    {
      name: 'nas',
      known: 'shown',
      versions: ['0.1.0', '0.2.0'],
      services: [{ instance: 'redis on nas', state: 'announced' }],
      proxies: [{ service: 'web' }],
    },
  ]);
});

test('what only mDNS shows is put together by its addresses, and named as its host is', () => {
  const { machines } = mergeLan(
    {
      processes: [self()],
      instances: [
        instance('redis', 'pi', '10.0.0.9', { host: 'pi-aaaa.local' }),
        instance('web', 'pi', '10.0.0.9', { host: 'pi-bbbb.local' }),
        instance('ipp', 'Printer', '10.0.0.77', { host: 'BRW-0123.local', isOurs: false }),
        instance('ssh', 'laptop', '10.0.0.1', { isFromThisHost: true }),
      ],
    },
    0,
  );
  expect(machines.map(({ name, known, services }) => [name, known, services.map((one) => one.service)])).toEqual([
    ['BRW-0123', 'heard', ['ipp']],
    ['laptop', 'self', ['ssh']],
    ['pi', 'heard', ['redis', 'web']],
  ]);
});

test('a link leads to the instance by its name, else to the place, else to a machine that is known by its address alone', () => {
  const user = shown(1, 'laptop', {
    proxied: [
      proxied('redis', [
        endpoint('redis on nas', { active: 3, total: 9 }),
        { ...endpoint(''), instance: 'nobody', address: '10.0.0.3', port: 6380 },
        { address: '10.5.5.5', port: 7, state: 'ejected', active: 0, total: 0, failures: 4 },
        { address: '127.0.0.1', port: 8, state: 'ready', active: 0, total: 0, failures: 0 },
      ]),
      // Another name for what is announced as `_http._tcp`.
      proxied('shop', [endpoint('web on nas', { port: 80 })]),
    ],
  });
  const nas = shown(2, 'nas', {
    announced: [announced('redis', 'nas'), announced('http', 'nas', { instance: 'web on nas', port: 80 })],
  });
  const { machines, links } = mergeLan({ processes: [self(user), { via: 'peer', view: nas }], instances: [] }, 0);
  const nameOf = (id: string): string | undefined => machines.find((machine) => machine.id === id)?.name;
  const targets = new Map(machines.flatMap(({ services }) => services.map((one) => [one.id, one.instance])));
  expect(
    links.map(({ to, target, active, state }) => [nameOf(to), targets.get(target), active, state]).toSorted(),
  ).toEqual([
    ['10.5.5.5', 'redis at 10.5.5.5', 0, 'ejected'],
    ['laptop', 'redis at 127.0.0.1', 0, 'ready'],
    ['nas', 'nobody', 0, 'ready'],
    ['nas', 'redis on nas', 3, 'ready'],
    ['nas', 'web on nas', 0, 'ready'],
  ]);
});

test('the picture is the same in whatever order it is told', () => {
  const processes = [4, 2, 3].map(
    (number): SeenProcess => ({
      via: 'peer',
      view: shown(number, `h${number}`, { announced: [announced('a', `h${number}`)] }),
    }),
  );
  const instances = [instance('x', 'y', '10.0.9.9'), instance('x', 'z', '10.0.9.8')];
  const forth = mergeLan({ processes: [self(), ...processes], instances }, 0);
  const back = mergeLan({ processes: [self(), ...processes.toReversed()], instances: instances.toReversed() }, 0);
  expect(back).toEqual(forth);
});

test('whoever tells of machines without end is not listened to for ever', () => {
  const processes = Array.from(
    { length: MAX_MACHINES + 50 },
    (_, number): SeenProcess => ({ via: 'peer', view: shown(number + 5, `h${number}`) }),
  );
  const { machines } = mergeLan({ processes: [self(), ...processes], instances: [] }, 0);
  expect(machines).toHaveLength(MAX_MACHINES);
  expect(machines.some(({ known }) => known === 'self')).toBe(true);
});
