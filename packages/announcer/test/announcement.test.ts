import { isRelayedPort, RelayError } from '@mdns-ambassador/relay';
import { answerTo, ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { Announcement } from '../src/announcement.ts';
import type { AnnouncementOptions, AnnouncerEvent } from '../src/announcement-options.ts';
import { LoopbackOnlyError } from '../src/announcer-error.ts';
import { announcementOptions } from './announcement-fixture.ts';
import { ETH0, ETH1, FakeHost, LOOPBACK } from './fake-host.ts';
import { FakePublisher } from './fake-publisher.ts';

function arrange(changes: Partial<AnnouncementOptions> = {}) {
  const clock = new ManualClock();
  const host = new FakeHost();
  const publisher = new FakePublisher();
  const events: AnnouncerEvent[] = [];
  const announcement = new Announcement(announcementOptions(changes), {
    publisher,
    clock,
    random: () => 0.5,
    identity: 'h1',
    host,
    onEvent: (event) => events.push(event),
  });
  const kinds = (): readonly string[] => events.map(({ kind }) => kind);
  return { clock, host, publisher, events, kinds, announcement };
}

describe('While the check decides', () => {
  test('the name is claimed at once, and nothing is announced before the check has passed', async () => {
    const { clock, publisher, announcement, events } = arrange();
    await announcement.start();
    await clock.advance(0);
    expect(publisher.calls).toEqual(['publish', 'hold']);
    expect(events).toEqual([
      { kind: 'waiting', service: 'redis', reason: 'nothing listens on 127.0.0.1:12345 (connection refused)' },
    ]);
    expect(announcement.status().state).toBe('withdrawn');
  });

  test('a service that is up at the start is announced at once', async () => {
    const { clock, host, publisher, announcement, events } = arrange();
    host.listenEverywhere();
    await announcement.start();
    await clock.advance(0);
    expect(publisher.calls).toEqual(['publish', 'hold', 'announce']);
    expect(events).toEqual([
      { kind: 'check-passed', service: 'redis' },
      {
        kind: 'announced',
        service: 'redis',
        instance: 'redis on h1',
        type: '_redis._tcp',
        host: 'h1-k3x9.local',
        port: 12345,
        interfaces: ['eth0'],
      },
    ]);
  });

  test('a service that starts later is announced within 250 ms', async () => {
    const { clock, host, publisher, announcement } = arrange();
    await announcement.start();
    await clock.advance(10_000);
    expect(publisher.calls).not.toContain('announce');
    host.listenEverywhere();
    await clock.advance(250);
    expect(publisher.calls).toContain('announce');
  });

  test('a service that fails is withdrawn within the interval, with the reason, and comes back by itself', async () => {
    const { clock, host, publisher, announcement, events, kinds } = arrange();
    host.listenEverywhere();
    await announcement.start();
    await clock.advance(5000);
    host.listeners.clear();
    await clock.advance(1250);
    expect(publisher.calls).toEqual(['publish', 'hold', 'announce', 'update st=drain', 'goodbye']);
    expect(events.slice(2)).toEqual([
      { kind: 'check-failed', service: 'redis', reason: 'nothing listens on 127.0.0.1:12345 (connection refused)' },
      {
        kind: 'withdrawn',
        service: 'redis',
        instance: 'redis on h1',
        reason: 'nothing listens on 127.0.0.1:12345 (connection refused)',
      },
    ]);
    expect(announcement.status().state).toBe('withdrawn');
    host.listenEverywhere();
    await clock.advance(250);
    expect(publisher.calls.slice(-2)).toEqual(['update st=', 'announce']);
    expect(kinds().slice(4)).toEqual(['check-passed', 'announced']);
  });

  test('rise passes and fall failures in a row are needed', async () => {
    const { clock, host, publisher, announcement } = arrange({ rise: 3, fall: 2 });
    host.listenEverywhere();
    await announcement.start();
    await clock.advance(499);
    expect(publisher.calls).not.toContain('announce');
    await clock.advance(1);
    expect(publisher.calls).toContain('announce');
    host.listeners.clear();
    await clock.advance(1999);
    expect(publisher.calls).not.toContain('update st=drain');
    await clock.advance(1);
    expect(publisher.calls).toContain('update st=drain');
  });

  test('each reason is told once while the service is waited for', async () => {
    const { clock, host, announcement, events } = arrange({ check: { kind: 'redis' } });
    await announcement.start();
    await clock.advance(3000);
    host.listenEverywhere(12345, (connection) => connection.write('-LOADING wait\r\n'));
    await clock.advance(3000);
    host.listeners.clear();
    await clock.advance(3000);
    expect(events.map((event) => ('reason' in event ? event.reason : event.kind))).toEqual([
      'nothing listens on 127.0.0.1:12345 (connection refused)',
      'redis on 127.0.0.1:12345 is still loading its data',
    ]);
  });

  test('a look that gets no answer fails when its time is up, and no second one begins meanwhile', async () => {
    const { clock, host, announcement, events } = arrange({ checkIntervalMs: 600 });
    host.isSilent = true;
    await announcement.start();
    await clock.advance(299);
    expect(host.dialled).toHaveLength(4);
    expect(events).toEqual([]);
    await clock.advance(1);
    expect(events).toEqual([
      { kind: 'waiting', service: 'redis', reason: '127.0.0.1:12345 does not accept connections in time' },
    ]);
  });

  test('the check "none" announces without looking, and never looks again', async () => {
    const { clock, host, publisher, announcement, kinds } = arrange({ check: { kind: 'none' } });
    await announcement.start();
    await clock.advance(0);
    expect(publisher.calls).toContain('announce');
    expect(kinds()).toEqual(['announced']);
    const dialled = host.dialled.length;
    await clock.advance(60_000);
    expect(host.dialled).toHaveLength(dialled);
    expect(clock.pendingTimers).toBe(0);
  });

  test('the exit code of the check "exec" decides', async () => {
    const { clock, host, publisher, announcement } = arrange({ check: { kind: 'exec', command: 'true' } });
    host.shellExitCode = 1;
    await announcement.start();
    await clock.advance(1000);
    expect(publisher.calls).not.toContain('announce');
    host.shellExitCode = 0;
    await clock.advance(1000);
    expect(publisher.calls).toContain('announce');
  });

  test('no connection is left open behind the looks', async () => {
    const { clock, host, announcement } = arrange();
    host.listenEverywhere();
    await announcement.start();
    await clock.advance(10_000);
    await announcement.close();
    await clock.advance(0);
    expect(host.openConnections).toBe(0);
  });
});

describe('Where a service can be reached', () => {
  test('one that listens on loopback only is refused with a sentence that names --relay', async () => {
    const { clock, host, publisher, announcement, events, kinds } = arrange();
    host.listen('127.0.0.1:12345');
    await announcement.start();
    await clock.advance(250);
    expect(kinds()).toEqual(['refused']);
    const refused = events.find((event) => event.kind === 'refused');
    expect(refused?.error).toBeInstanceOf(LoopbackOnlyError);
    expect(refused?.error.message).toBe(
      'redis on port 12345 listens on loopback only, so nobody on the LAN could reach it: add --relay to let ambassador forward to it',
    );
    expect(publisher.calls).toEqual(['publish', 'hold', 'close']);
    await clock.advance(60_000);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a redis that denies whoever comes from another machine is refused, and with --relay is not', async () => {
    const denied = answerTo(/PING/, `-DENIED Redis is running in protected mode${' and so on'.repeat(94)}\r\n`);
    const serve = ({ host }: ReturnType<typeof arrange>): void => {
      host.listen('127.0.0.1:12345', answerTo(/PING/, '+PONG\r\n'));
      host.listen('10.99.0.1:12345', denied);
    };
    const bare = arrange({ check: { kind: 'redis' }, isCheckGuessed: true });
    serve(bare);
    await bare.announcement.start();
    await bare.clock.advance(250);
    const [refused] = bare.events;
    expect(refused).toMatchObject({ kind: 'refused', error: expect.any(LoopbackOnlyError) });
    expect(refused).toMatchObject({
      error: {
        message:
          'redis on 10.99.0.1:12345 is in protected mode: without a password it lets in nobody from another machine, so nobody on the LAN could use it: give it one, or add --relay to let ambassador forward to it',
      },
    });
    expect(bare.publisher.calls).not.toContain('announce');

    const relayed = arrange({ check: { kind: 'redis' }, relay: true });
    serve(relayed);
    await relayed.announcement.start();
    await relayed.clock.advance(250);
    expect(relayed.kinds()).toEqual(['check-passed', 'relaying', 'announced']);
    await relayed.announcement.close();
  });

  test('a database that turns away who comes by the LAN is announced, and that is told once', async () => {
    const { clock, host, publisher, events, kinds, announcement } = arrange({ check: { kind: 'mysql' } });
    const greeting = Buffer.from('020000000a00', 'hex');
    const loginRefused = Buffer.from('03000002ff1504', 'hex');
    const hostRefused = Buffer.from('03000000ff6a04', 'hex');
    host.listen('127.0.0.1:12345', (connection) => {
      connection.write(greeting);
      connection.on('data', () => connection.write(loginRefused));
    });
    host.listen('10.99.0.1:12345', (connection) => connection.end(hostRefused));
    await announcement.start();
    await clock.advance(30_000);
    expect(publisher.calls).toContain('announce');
    expect(kinds()).toEqual(['doubtful', 'check-passed', 'announced']);
    expect(events[0]).toEqual({
      kind: 'doubtful',
      service: 'redis',
      relays: false,
      reason: 'MySQL on 10.99.0.1:12345 answers "" (1130)',
    });
    await announcement.close();
  });

  test('one that binds the LAN an instant after loopback is not refused', async () => {
    const { clock, host, publisher, announcement, kinds } = arrange();
    host.listen('127.0.0.1:12345');
    await announcement.start();
    await clock.advance(0);
    host.listen('10.99.0.1:12345');
    await clock.advance(250);
    expect(publisher.calls).toContain('announce');
    expect(kinds()).not.toContain('refused');
  });

  test('on a machine without a LAN, loopback is where it is announced', async () => {
    const { clock, host, publisher, announcement } = arrange();
    host.used = [LOOPBACK];
    host.listen('127.0.0.1:12345');
    await announcement.start();
    await clock.advance(0);
    expect(publisher.calls).toContain('announce');
  });

  test('one that answers on one interface only is announced there alone, under the same name', async () => {
    const { clock, host, publisher, announcement } = arrange();
    host.used = [ETH0, ETH1];
    host.listen('10.98.0.1:12345');
    await announcement.start();
    await clock.advance(0);
    expect(publisher.calls).toEqual(['publish', 'hold', 'close', 'publish', 'hold', 'announce']);
    expect(publisher.last.service.interfaces).toEqual(['eth1']);
    expect(publisher.last.service.name).toBe('redis on h1');
    expect(announcement.status().addresses).toEqual(['10.98.0.1']);
  });

  test('an announced one is not given up when the LAN comes later and finds it on loopback only', async () => {
    const { clock, host, publisher, announcement, kinds } = arrange();
    host.used = [LOOPBACK];
    host.listen('127.0.0.1:12345');
    await announcement.start();
    await clock.advance(1000);
    host.used = [ETH0];
    await clock.advance(2000);
    expect(publisher.calls.at(-1)).toBe('goodbye');
    expect(kinds()).not.toContain('refused');
    host.used = [LOOPBACK];
    await clock.advance(250);
    expect(publisher.calls.at(-1)).toBe('announce');
  });

  test('one on another machine is refused, because this machine would announce what it is not', async () => {
    const { clock, announcement, events } = arrange({ host: '10.99.0.9' });
    await announcement.start();
    await clock.advance(0);
    expect(events).toEqual([
      { kind: 'refused', service: 'redis', error: expect.objectContaining({ code: 'REMOTE_HOST' }) },
    ]);
  });

  test('renamed by a conflict, it keeps the new name when its interfaces change', async () => {
    const { clock, host, publisher, announcement, events } = arrange();
    host.used = [ETH0, ETH1];
    host.listenEverywhere();
    await announcement.start();
    await clock.advance(0);
    publisher.last.rename('redis on h1 (2)');
    expect(events.at(-1)).toEqual({
      kind: 'renamed',
      service: 'redis',
      from: 'redis on h1',
      to: 'redis on h1 (2)',
    });
    host.listeners.delete('127.0.0.1:12345');
    host.listeners.delete('[::1]:12345');
    host.listeners.delete('10.98.0.1:12345');
    await clock.advance(1500);
    expect(publisher.last.service).toMatchObject({ name: 'redis on h1 (2)', interfaces: ['eth0'] });
  });

  test('losing every interface is told as a withdrawal', async () => {
    const { clock, host, publisher, announcement, events } = arrange();
    host.listenEverywhere();
    await announcement.start();
    await clock.advance(0);
    publisher.last.moveTo([]);
    expect(events.at(-1)).toMatchObject({ kind: 'withdrawn', reason: 'no network interface lets anything be sent' });
    publisher.last.moveTo(['eth0']);
    host.used = [];
    publisher.last.moveTo([]);
    expect(events.at(-1)).toMatchObject({ kind: 'withdrawn', reason: 'no network interface is up' });
  });

  test('a service of which linked peers hear is announced, also where no interface lets anything be sent', async () => {
    const { clock, host, publisher, announcement, events } = arrange();
    host.listenEverywhere();
    await announcement.start();
    await clock.advance(0);
    const { addresses } = announcement.status();
    publisher.last.peers = 2;
    publisher.last.moveTo([]);
    expect(events.at(-1)).toMatchObject({ kind: 'announced', interfaces: [], peers: 2 });
    expect(announcement.status()).toMatchObject({ state: 'announced', addresses });
    publisher.last.peers = 0;
    expect(announcement.status()).toMatchObject({ state: 'probing', addresses: [] });
  });
});

describe('Relaying', () => {
  test('the port of the ingress is published, and connections are dialled where the service was found', async () => {
    const { clock, host, publisher, announcement, events } = arrange({ relay: true });
    host.listen('127.0.0.1:12345');
    await announcement.start();
    await clock.advance(0);
    expect(publisher.last.service.port).toBe(27_345);
    expect(host.ingresses[0]?.options.targets()).toEqual([{ kind: 'tcp', address: '127.0.0.1', port: 12345 }]);
    expect(events[1]).toEqual({
      kind: 'relaying',
      service: 'redis',
      from: ['10.99.0.1:27345', '[fe80::1%eth0]:27345'],
      to: '127.0.0.1:12345',
    });
  });

  test.each([
    [{ relay: true }, true],
    [{ relay: true, host: 'localhost' }, true],
    [{ relay: true, host: 'db.example.com' }, false],
    [{ relay: true, checkAt: { address: '172.17.0.2', port: 80 } }, false],
    [{}, false],
  ])('with %j the id tells who listens on its port that it leads there: %s', (options, expected) => {
    const { announcement } = arrange(options);
    expect(isRelayedPort(String(announcement.status().txt.id), 12345)).toBe(expected);
  });

  test('only the addresses that are given out are accepted on', async () => {
    const { clock, host, announcement } = arrange({ relay: true });
    host.listen('127.0.0.1:12345');
    await announcement.start();
    await clock.advance(0);
    const isAnnounced = host.ingresses[0]?.options.isAnnounced;
    expect(isAnnounced?.('10.99.0.1')).toBe(true);
    expect(isAnnounced?.('fe80::1%eth0')).toBe(true);
    expect(isAnnounced?.('10.98.0.1')).toBe(false);
    expect(isAnnounced?.('127.0.0.1')).toBe(false);
    host.used = [ETH1];
    await clock.advance(1000);
    expect(isAnnounced?.('10.98.0.1')).toBe(true);
  });

  test('a service on another machine may be relayed to', async () => {
    const { clock, host, publisher, announcement } = arrange({ relay: true, host: 'db.example.com' });
    host.names = new Map([['db.example.com', ['192.0.2.7']]]);
    host.listen('192.0.2.7:12345');
    await announcement.start();
    await clock.advance(0);
    expect(publisher.calls).toContain('announce');
  });
});

describe('Who may come in where it relays', () => {
  const LISTENING = /^(announce|goodbye)$/;

  /** With whether the ingress listened when it was said. */
  function watchPublisher({ host, publisher }: ReturnType<typeof arrange>): readonly string[] {
    const said: string[] = [];
    const push = publisher.calls.push.bind(publisher.calls);
    publisher.calls.push = (...calls) => {
      for (const call of calls.filter((one) => LISTENING.test(one)))
        said.push(`${call}, ${host.ingresses[0]?.isListening === true ? 'listening' : 'refusing'}`);
      return push(...calls);
    };
    return said;
  }

  test('nobody before the service is there or while it is gone, and who is carried goes on', async () => {
    const arranged = arrange({ relay: true });
    const { clock, host, publisher, announcement, kinds } = arranged;
    const said = watchPublisher(arranged);
    await announcement.start();
    await clock.advance(5_000);
    expect(publisher.last.service.port).toBe(27_345);
    expect(announcement.status().port).toBe(27_345);
    expect(host.ingresses).toEqual([]);
    host.listen('127.0.0.1:12345');
    await clock.advance(250);
    const [ingress] = host.ingresses;
    host.listeners.clear();
    while (kinds().at(-1) !== 'check-failed') await clock.advance(10);
    await clock.advance(0);
    expect(publisher.calls.at(-1)).toBe('update st=drain');
    expect(ingress?.isListening).toBe(false);
    await clock.advance(5_000);
    host.listen('127.0.0.1:12345');
    await clock.advance(250);
    expect(said).toEqual(['announce, listening', 'goodbye, refusing', 'announce, listening']);
    expect(ingress).toMatchObject({ isListening: true, calls: [] });
    expect(host.ingresses).toHaveLength(1);
  });

  test('a failed look in a row that is not long enough keeps nobody out', async () => {
    const { clock, host, announcement } = arrange({ relay: true, fall: 3 });
    host.listen('127.0.0.1:12345');
    await announcement.start();
    await clock.advance(0);
    host.listeners.clear();
    await clock.advance(1_100);
    expect(host.ingresses[0]?.isListening).toBe(true);
  });

  test('a port that another has taken meanwhile is replaced, and the LAN is told', async () => {
    const { clock, host, publisher, announcement, events } = arrange({ relay: true });
    host.listen('127.0.0.1:12345');
    await announcement.start();
    await clock.advance(0);
    host.listeners.clear();
    await clock.advance(2_000);
    const [ingress] = host.ingresses;
    if (ingress !== undefined) ingress.next = 40_000;
    host.listen('127.0.0.1:12345');
    await clock.advance(250);
    expect(announcement.status()).toMatchObject({ state: 'announced', port: 40_000 });
    expect(publisher.calls.slice(-2)).toEqual(['update st=', 'announce']);
    expect(events.findLast(({ kind }) => kind === 'relaying')).toMatchObject({
      from: ['10.99.0.1:40000', '[fe80::1%eth0]:40000'],
    });
  });

  test('where nothing can be listened on, it is not announced, says why once, and tries again', async () => {
    const { clock, host, publisher, announcement, events } = arrange({ relay: true, check: { kind: 'none' } });
    let failure: RelayError | undefined = new RelayError('EMFILE', 'Listening on 0.0.0.0:27345 failed: EMFILE');
    const create = host.createIngress.bind(host);
    host.createIngress = (options) => {
      const ingress = create(options);
      const listen = ingress.listen.bind(ingress);
      return Object.assign(ingress, { listen: () => (failure === undefined ? listen() : Promise.reject(failure)) });
    };
    await announcement.start();
    await clock.advance(10_000);
    const reason = 'nobody can be let in: Listening on 0.0.0.0:27345 failed: EMFILE';
    expect(events).toEqual([{ kind: 'waiting', service: 'redis', reason }]);
    expect(announcement.status()).toMatchObject({ state: 'withdrawn', reason });
    expect(publisher.calls).toEqual(['publish', 'hold']);
    failure = undefined;
    await clock.advance(1_000);
    expect(announcement.status().state).toBe('announced');
    await announcement.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('one that ends while it begins to listen is not announced', async () => {
    const { clock, host, publisher, announcement } = arrange({ relay: true });
    let finishOpening = (): void => undefined;
    const opening = new Promise<void>((resolve) => {
      finishOpening = resolve;
    });
    const create = host.createIngress.bind(host);
    host.createIngress = (options) => Object.assign(create(options), { listen: () => opening });
    host.listen('127.0.0.1:12345');
    await announcement.start();
    await clock.advance(0);
    await announcement.close();
    finishOpening();
    await clock.advance(5_000);
    expect(publisher.calls).toEqual(['publish', 'hold', 'close']);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('Leaving', () => {
  test('st=drain, the goodbye, two seconds of accepting, then the ingress, in this order', async () => {
    const { clock, host, publisher, announcement, events } = arrange({ relay: true });
    host.listen('127.0.0.1:12345');
    await announcement.start();
    await clock.advance(0);
    const ingress = host.ingresses[0];
    if (ingress !== undefined) ingress.connections = 3;
    const onGoodbye = (): unknown => publisher.calls.push('told of the goodbye');
    const drained = announcement.drain({ graceMs: 2000, timeoutMs: 30_000, onGoodbye: () => void onGoodbye() });
    await clock.advance(0);
    expect(publisher.calls.slice(3)).toEqual(['update st=drain']);
    expect(events.at(-1)).toEqual({ kind: 'draining', service: 'redis', connections: 3 });
    expect(announcement.status()).toMatchObject({ state: 'draining', txt: { st: 'drain' } });
    await clock.advance(250);
    expect(publisher.calls.slice(3)).toEqual(['update st=drain', 'goodbye, close', 'told of the goodbye']);
    await clock.advance(1999);
    expect(ingress?.calls).toEqual([]);
    await clock.advance(1);
    expect(ingress?.calls).toEqual(['drain 30000']);
    expect(await drained).toEqual({ finished: 3, reset: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  test('it is over when the goodbye was said twice and others could act, however short the wish', async () => {
    const { clock, host, announcement } = arrange();
    host.listenEverywhere();
    await announcement.start();
    await clock.advance(0);
    let isOver = false;
    const drained = announcement.drain({ graceMs: 0, timeoutMs: 0 }).then(() => {
      isOver = true;
    });
    await clock.advance(250 + 1_249);
    expect(isOver).toBe(false);
    await clock.advance(1);
    await drained;
  });

  test('so is that of one whose check failed a moment before', async () => {
    const { clock, host, announcement, events } = arrange();
    host.listenEverywhere();
    await announcement.start();
    await clock.advance(0);
    host.listeners.clear();
    while (events.at(-1)?.kind !== 'check-failed') await clock.advance(10);
    let isOver = false;
    const drained = announcement.drain({ graceMs: 0, timeoutMs: 0 }).then(() => {
      isOver = true;
    });
    await clock.advance(1_249);
    expect(isOver).toBe(false);
    await clock.advance(1);
    await drained;
  });

  test('one that is not announced has nobody to wait for', async () => {
    const { clock, publisher, announcement } = arrange();
    await announcement.start();
    await clock.advance(0);
    expect(await announcement.drain({ graceMs: 2000, timeoutMs: 1000 })).toEqual({ finished: 0, reset: 0 });
    expect(publisher.calls.at(-1)).toBe('close');
    expect(clock.pendingTimers).toBe(0);
  });

  test('close says goodbye at once and ends the looks', async () => {
    const { clock, host, publisher, announcement } = arrange();
    host.listenEverywhere();
    await announcement.start();
    await clock.advance(0);
    await announcement.close();
    expect(publisher.calls.at(-1)).toBe('goodbye, close');
    expect(clock.pendingTimers).toBe(0);
  });

  test('close in the midst of a drain ends it at once', async () => {
    const { clock, host, announcement } = arrange({ relay: true });
    host.listen('127.0.0.1:12345');
    await announcement.start();
    await clock.advance(0);
    const drained = announcement.drain({ graceMs: 2000, timeoutMs: 30_000 });
    await clock.advance(500);
    await announcement.close();
    await drained;
    expect(host.ingresses[0]?.calls).toContain('close');
    expect(clock.pendingTimers).toBe(0);
  });

  test('close while a look runs: nothing is announced or told afterwards', async () => {
    const { clock, host, publisher, announcement, events } = arrange();
    host.isSilent = true;
    await announcement.start();
    await announcement.close();
    host.isSilent = false;
    await clock.advance(10_000);
    expect(publisher.calls).toEqual(['publish', 'hold', 'close']);
    expect(events).toEqual([]);
  });

  test('drain and close may be called twice', async () => {
    const { clock, host, announcement } = arrange();
    host.listenEverywhere();
    await announcement.start();
    await clock.advance(0);
    const options = { graceMs: 0, timeoutMs: 0 };
    expect(announcement.drain(options)).toBe(announcement.drain(options));
    expect(announcement.close()).toBe(announcement.close());
    await announcement.close();
  });
});

test('The status is what CONTRACT 3 shows', async () => {
  const { clock, host, announcement } = arrange({
    priority: 1,
    weight: 10,
    txt: new Map<string, Uint8Array | true>([
      ['role', new TextEncoder().encode('primary')],
      ['raw', new Uint8Array([0xff])],
      ['flag', true],
    ]),
  });
  host.listenEverywhere();
  await announcement.start();
  await clock.advance(0);
  expect(announcement.status()).toEqual({
    service: 'redis',
    instance: 'redis on h1',
    type: '_redis._tcp',
    host: 'h1-k3x9.local',
    port: 12345,
    addresses: ['10.99.0.1', 'fe80::1%eth0'],
    txt: { txtvers: '1', id: 'e5tyek5k4aucull7', role: 'primary', raw: { base64: '/w==' }, flag: true },
    priority: 1,
    weight: 10,
    secure: false,
    source: 'mdns',
    state: 'announced',
    since: '2026-01-01T00:00:00.000Z',
  });
});

test('The status says since when a service is announced or is not, and why not', async () => {
  const { clock, host, announcement } = arrange({ checkIntervalMs: 1_000 });
  const at = (): string => new Date(clock.wallClock()).toISOString();
  const [began] = [at()];
  await announcement.start();
  await clock.advance(5_000);
  expect(announcement.status()).toMatchObject({ state: 'withdrawn', since: began, reason: expect.any(String) });
  host.listenEverywhere();
  await clock.advance(1_000);
  const announced = announcement.status();
  expect(announced).toMatchObject({ state: 'announced' });
  expect(announced.reason).toBeUndefined();
  expect(Date.parse(announced.since)).toBeGreaterThan(Date.parse(began));
  await clock.advance(10_000);
  expect(announcement.status().since).toBe(announced.since);
});

test('The status names where it is announced when that is no mDNS', () => {
  const announcement = new Announcement(announcementOptions(), {
    publisher: new FakePublisher(),
    source: 'zookeeper:10.0.0.1:2181',
    clock: new ManualClock(),
    random: () => 0.5,
    identity: 'h1',
    host: new FakeHost(),
    onEvent: () => undefined,
  });
  expect(announcement.status().source).toBe('zookeeper:10.0.0.1:2181');
});

test('Options that are out of bounds are refused before anything starts', () => {
  expect(() => arrange({ port: 0 })).toThrow(/port 0 is out of range/);
});
