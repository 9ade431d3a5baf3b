import { expect, test } from 'vitest';
import { ask, dataOf, instanceOf, proxyOf, zoneOf } from '../fixtures.ts';

const DOMAIN = 'ambassador.internal';

test('SRV names each instance with priority, weight, port and a host under the domain, whose addresses stand beside it', () => {
  const zone = zoneOf({
    instances: [
      instanceOf('a', { port: 1, priority: 1, weight: 5, addresses: ['10.0.0.1', 'fd00::1'] }),
      instanceOf('redis on h2', { port: 2, addresses: ['10.0.0.2'] }),
    ],
  });
  const answer = ask(zone, `_redis._tcp.${DOMAIN}`, 'SRV', { edns: 4096 });
  const targets = dataOf(answer).map((data) => ({ ...(data as object) }));
  expect(targets).toEqual([
    {
      priority: 0,
      weight: 0,
      port: 2,
      target: expect.stringMatching(/^redis-on-h2-[0-9a-z]{7}\.redis\.ambassador\.internal$/),
    },
    { priority: 1, weight: 5, port: 1, target: `a.redis.${DOMAIN}` },
  ]);
  const beside = (answer.additionals ?? []).filter(({ type }) => type === 'A' || type === 'AAAA');
  expect(beside.map((record) => ('data' in record ? record.data : ''))).toEqual(['10.0.0.2', '10.0.0.1', 'fd00::1']);
});

test('the name of a service is the addresses of its instances of the lowest priority (RFC 2782)', () => {
  const zone = zoneOf({
    instances: [
      instanceOf('a', { addresses: ['10.0.0.1', 'fd00::1'] }),
      instanceOf('b', { addresses: ['10.0.0.2'] }),
      instanceOf('spare', { priority: 1, addresses: ['10.0.0.3'] }),
    ],
  });
  expect(dataOf(ask(zone, `redis.${DOMAIN}`, 'A'))).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(dataOf(ask(zone, `redis.${DOMAIN}`, 'AAAA'))).toEqual(['fd00::1']);
  expect(dataOf(ask(zone, `spare.redis.${DOMAIN}`, 'A'))).toEqual(['10.0.0.3']);
});

test('what is told of instances is believed for as long as they are known, five seconds at most, and a set as long as the first of it', () => {
  const zone = zoneOf({
    instances: [
      instanceOf('a', { remaining: 120 }),
      instanceOf('b', { remaining: 2.9, addresses: ['10.0.0.2'] }),
      instanceOf('c', { remaining: 0.4, addresses: ['10.0.0.3'], priority: 1 }),
    ],
    proxies: [proxyOf('web')],
  });
  const ttls = (name: string, type: string): readonly unknown[] =>
    (ask(zone, `${name}.${DOMAIN}`, type).answers ?? []).map((record) => ('ttl' in record ? record.ttl : undefined));
  expect(ttls('a.redis', 'A')).toEqual([5]);
  expect(ttls('b.redis', 'A')).toEqual([2]);
  expect(ttls('redis', 'A')).toEqual([2, 2]);
  expect(ttls('_redis._tcp', 'SRV')).toEqual([0, 0, 0]);
  expect(ttls('_redis._tcp', 'PTR')).toEqual([0, 0, 0]);
  expect(ttls('a._redis._tcp', 'SRV')).toEqual([5]);
  expect(ttls('web', 'A')).toEqual([5]);
});

test('whoever takes the first address comes to each in turn', () => {
  const zone = zoneOf({
    instances: [instanceOf('a', { addresses: ['10.0.0.1'] }), instanceOf('b', { addresses: ['10.0.0.2'] })],
  });
  const first = (id: number): unknown => dataOf(ask(zone, `redis.${DOMAIN}`, 'A', { id }))[0];
  expect([first(4), first(5)]).toEqual(['10.0.0.1', '10.0.0.2']);
});

test('a name that this machine proxies leads to the proxy, and an instance to itself', () => {
  const zone = zoneOf({
    instances: [instanceOf('a', { addresses: ['10.0.0.1', 'fd00::1'] })],
    proxies: [proxyOf('redis', { addresses: ['127.70.1.2'], port: 6380 })],
  });
  expect(dataOf(ask(zone, `redis.${DOMAIN}`, 'A'))).toEqual(['127.70.1.2']);
  expect(ask(zone, `redis.${DOMAIN}`, 'AAAA')).toMatchObject({ code: 0, answers: [] });
  expect(dataOf(ask(zone, `_redis._tcp.${DOMAIN}`, 'SRV'))).toEqual([
    { priority: 0, weight: 1, port: 6380, target: `redis.${DOMAIN}` },
  ]);
  expect(dataOf(ask(zone, `a.redis.${DOMAIN}`, 'A'))).toEqual(['10.0.0.1']);
  expect(dataOf(ask(zone, `a._redis._tcp.${DOMAIN}`, 'SRV'))).toMatchObject([{ target: `a.redis.${DOMAIN}` }]);
});

test('it can be browsed as RFC 6763 says: where, which types, which instances, what each is', () => {
  const zone = zoneOf({
    instances: [instanceOf('redis on h1'), instanceOf('b', { service: 'http', type: '_http._tcp', port: 80 })],
  });
  for (const label of ['b', 'db', 'lb']) {
    expect(dataOf(ask(zone, `${label}._dns-sd._udp.${DOMAIN}`, 'PTR'))).toEqual([DOMAIN]);
  }
  const types = ask(zone, `_services._dns-sd._udp.${DOMAIN}`, 'PTR', { edns: 4096 });
  expect(dataOf(types)).toEqual([`_http._tcp.${DOMAIN}`, `_redis._tcp.${DOMAIN}`]);
  // RFC 6763 12.4: every instance of every type beside it would be too much for a datagram of who forwards it.
  expect((types.additionals ?? []).map(({ type }) => type)).toEqual(['OPT']);
  const found = ask(zone, `_redis._tcp.${DOMAIN}`, 'PTR', { edns: 4096 });
  expect(dataOf(found)).toEqual([`redis on h1._redis._tcp.${DOMAIN}`]);
  // RFC 6763 12.1
  expect((found.additionals ?? []).map(({ type }) => type)).toEqual(['SRV', 'TXT', 'A', 'OPT']);
  expect(dataOf(ask(zone, `redis on h1._redis._tcp.${DOMAIN}`, 'TXT'))).toEqual([[Buffer.from('txtvers=1')]]);
});

test('what reads alike has names of its own, and the reading leads to neither', () => {
  const zone = zoneOf({
    instances: [
      instanceOf('redis on h1', { addresses: ['10.0.0.1'] }),
      instanceOf('redis_on_h1', { addresses: ['10.0.0.2'] }),
      instanceOf('Büro', { addresses: ['10.0.0.3'] }),
    ],
  });
  expect(ask(zone, `redis-on-h1.redis.${DOMAIN}`, 'A').code).toBe(3);
  expect(dataOf(ask(zone, `buro.redis.${DOMAIN}`, 'A'))).toEqual(['10.0.0.3']);
  const hosts = dataOf(ask(zone, `_redis._tcp.${DOMAIN}`, 'SRV', { edns: 4096 })).map(
    (data) => (data as { target: string }).target,
  );
  const addresses = hosts.map((host) => dataOf(ask(zone, host, 'A')));
  expect(addresses.toSorted()).toEqual([['10.0.0.1'], ['10.0.0.2'], ['10.0.0.3']]);
});

test('a name that another instance has by its own right is not given to one that reads so', () => {
  const zone = zoneOf({
    instances: [
      instanceOf('redis on h1', { addresses: ['10.0.0.1'] }),
      instanceOf('Redis-on-H1', { addresses: ['10.0.0.2'] }),
    ],
  });
  expect(dataOf(ask(zone, `redis-on-h1.redis.${DOMAIN}`, 'A'))).toEqual(['10.0.0.2']);
});

test('two of one name on two links are two', () => {
  const zone = zoneOf({
    instances: [
      instanceOf('a', { addresses: ['10.0.0.1'] }),
      instanceOf('a', { addresses: ['10.1.0.1'], link: 'eth1' }),
    ],
  });
  expect(dataOf(ask(zone, `a.redis.${DOMAIN}`, 'A'))).toEqual(['10.0.0.1']);
  expect(dataOf(ask(zone, `_redis._tcp.${DOMAIN}`, 'PTR'))).toEqual([
    `a._redis._tcp.${DOMAIN}`,
    `a (eth1)._redis._tcp.${DOMAIN}`,
  ]);
});

test('the top of the zone has SOA and NS, and the server an address', () => {
  const zone = zoneOf({});
  const [soa] = dataOf(ask(zone, DOMAIN, 'SOA'));
  expect(soa).toMatchObject({ mname: `ambassador-name-server.${DOMAIN}`, serial: 7, minimum: 1 });
  expect(dataOf(ask(zone, DOMAIN, 'NS'))).toEqual([`ambassador-name-server.${DOMAIN}`]);
  expect(dataOf(ask(zone, `ambassador-name-server.${DOMAIN}`, 'A'))).toEqual(['127.0.0.1']);
});

test('of a crowd of instances as many are told of as one message takes', () => {
  const name = (index: number): string => `instance ${index} ${'x'.repeat(40)}`;
  const instances = Array.from({ length: 1_000 }, (_, index) => instanceOf(name(index)));
  const asker = { transport: 'tcp', isLocal: true } as const;
  const answer = ask(zoneOf({ instances }), `_redis._tcp.${DOMAIN}`, 'SRV', { asker });
  expect([answer.flag_tc, answer.answers?.length]).toEqual([false, 256]);
});

test('the longest names there can be are written', () => {
  const instances = [instanceOf('ü'.repeat(31), { service: 't'.repeat(62), type: `_${'t'.repeat(62)}._tcp` })];
  expect(() => zoneOf({ instances })).not.toThrow();
});

test('a service of a general type has its name to itself, and its type is of all', () => {
  const instances = [
    instanceOf('shop', { service: 'web', type: '_http._tcp', port: 80 }),
    instanceOf('printer', { service: 'http', type: '_http._tcp', port: 631, addresses: ['10.0.0.9'] }),
  ];
  const ports = (known: ReturnType<typeof zoneOf>, name: string): readonly unknown[] =>
    dataOf(ask(known, `${name}.${DOMAIN}`, 'SRV')).map((data) => (data as { port: number }).port);
  const zone = zoneOf({ instances });
  expect(dataOf(ask(zone, `web.${DOMAIN}`, 'A'))).toEqual(['10.0.0.1']);
  expect([ports(zone, '_web._tcp'), ports(zone, '_http._tcp')]).toEqual([[80], [631, 80]]);
  const proxied = zoneOf({ instances, proxies: [proxyOf('web', { type: '_http._tcp', port: 3000 })] });
  expect([ports(proxied, '_web._tcp'), ports(proxied, '_http._tcp')]).toEqual([[3000], [631, 80]]);
  const postgres = instanceOf('a', { service: 'postgres', type: '_postgresql._tcp', port: 15432 });
  const known = zoneOf({
    instances: [postgres],
    proxies: [proxyOf('postgres', { type: '_postgresql._tcp', port: 5432 })],
  });
  expect([ports(known, '_postgres._tcp'), ports(known, '_postgresql._tcp')]).toEqual([[5432], [5432]]);
});

test('where nobody says a weight each has 1, which is the same and no reason to send nobody; an instance says its own', () => {
  const weights = (zone: ReturnType<typeof zoneOf>, name: string): readonly unknown[] =>
    dataOf(ask(zone, `${name}.${DOMAIN}`, 'SRV')).map((data) => (data as { weight: number }).weight);
  const even = zoneOf({ instances: [instanceOf('a'), instanceOf('b')] });
  expect([weights(even, '_redis._tcp'), weights(even, 'a._redis._tcp')]).toEqual([[1, 1], [0]]);
  const said = zoneOf({ instances: [instanceOf('a', { weight: 10 }), instanceOf('b')] });
  expect(weights(said, '_redis._tcp')).toEqual([10, 0]);
});
