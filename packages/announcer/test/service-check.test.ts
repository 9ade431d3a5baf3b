import { formatTarget, isLoopback } from '@mdns-ambassador/relay';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import type { AnnouncementOptions } from '../src/announcement-options.ts';
import { ServiceCheck } from '../src/service-check.ts';
import { announcementOptions } from './announcement-fixture.ts';
import { ETH0, ETH1, FakeHost, networkInterface } from './fake-host.ts';

const signal = new AbortController().signal;

function arrange(changes: Partial<AnnouncementOptions> = {}) {
  const host = new FakeHost();
  const clock = new ManualClock();
  return { host, clock, check: new ServiceCheck(announcementOptions(changes), host, clock) };
}

/** A look that takes so long and no longer; the time of the clock. */
async function lookFor(durationMs: number, { clock, check }: Pick<ReturnType<typeof arrange>, 'clock' | 'check'>) {
  const abort = new AbortController();
  clock.after(durationMs, () => abort.abort());
  const finding = check.look(abort.signal);
  await clock.advance(durationMs);
  return await finding;
}

test('Where the service answered is dialled again; its interfaces are not asked again', async () => {
  const { host, check } = arrange();
  host.listenEverywhere();
  expect(await check.look(signal)).toEqual({ kind: 'up' });
  host.dialled.length = 0;
  expect(await check.look(signal)).toEqual({ kind: 'up' });
  expect(host.dialled).toHaveLength(1);
});

test('An address that comes is asked at the next look', async () => {
  const { host, check } = arrange();
  host.listenEverywhere();
  host.listeners.delete('10.98.0.1:12345');
  expect(await check.look(signal)).toEqual({ kind: 'up' });
  host.used = [ETH0, ETH1];
  expect(await check.look(signal)).toEqual({ kind: 'up', interfaces: ['eth0'] });
});

test('A service that moved from loopback to the LAN is found again', async () => {
  const { host, check } = arrange();
  host.listenEverywhere();
  await check.look(signal);
  host.listeners.clear();
  expect(await check.look(signal)).toMatchObject({ kind: 'down' });
  host.listen('10.99.0.1:12345');
  expect(await check.look(signal)).toEqual({ kind: 'up' });
  expect(check.targets).toEqual([{ kind: 'tcp', address: '10.99.0.1', port: 12345 }]);
});

test('Before the service was found, every place where it may be is a target', async () => {
  const { check } = arrange({ relay: true });
  expect(check.targets).toEqual([]);
  await check.look(signal);
  expect(check.targets).toHaveLength(4);
});

test('An own address that was named is the only one that counts', async () => {
  const { host, check } = arrange({ host: '10.98.0.1' });
  host.used = [ETH0, ETH1];
  host.listenEverywhere();
  expect(await check.look(signal)).toEqual({ kind: 'up', interfaces: ['eth1'] });
});

test('A service on an own address that is not announced is refused, by that address', async () => {
  const { host, check } = arrange({ host: '172.17.0.1' });
  host.own = ['172.17.0.1'];
  host.listen('172.17.0.1:12345');
  await check.look(signal);
  expect(await check.look(signal)).toMatchObject({
    kind: 'refused',
    error: { code: 'LOOPBACK_ONLY', message: expect.stringContaining('listens on 172.17.0.1 only') },
  });
});

test('A host that was named as loopback but serves the LAN as well is announced', async () => {
  const { host, check } = arrange({ host: '127.0.0.1' });
  host.listenEverywhere();
  expect(await check.look(signal)).toEqual({ kind: 'up' });
});

test('A name that can’t be resolved is a failure that names it, and is asked again', async () => {
  const { host, check } = arrange({ host: 'db.example.com', relay: true });
  expect(await check.look(signal)).toEqual({
    kind: 'down',
    reason: 'host "db.example.com" can\'t be resolved: check the name or give an address',
    isAbsent: true,
  });
  host.names = new Map([['db.example.com', ['192.0.2.7']]]);
  host.listen('192.0.2.7:12345');
  expect(await check.look(signal)).toEqual({ kind: 'up' });
});

test('A resolver that is gone does not take down a service that answers', async () => {
  const { host, check } = arrange({ host: 'db.example.com', relay: true });
  host.names = new Map([['db.example.com', ['192.0.2.7']]]);
  host.listen('192.0.2.7:12345');
  await check.look(signal);
  host.names = new Map();
  expect(await check.look(signal)).toEqual({ kind: 'up' });
});

test('A lookup that hangs is given up when the time is up', async () => {
  const { host, check } = arrange({ host: 'db.example.com', relay: true });
  host.lookup = () => new Promise(() => undefined);
  const abort = new AbortController();
  const finding = check.look(abort.signal);
  abort.abort();
  expect(await finding).toMatchObject({ kind: 'down' });
});

test('While an interface has no address of the family of the service, nothing is refused', async () => {
  const { host, check } = arrange();
  host.listenEverywhere();
  host.used = [networkInterface('eth0', 'fe80::1')];
  host.listeners.delete('[::1]:12345');
  for (let look = 0; look < 5; look++) {
    expect(await check.look(signal)).toEqual({
      kind: 'down',
      isAbsent: true,
      reason: 'redis on port 12345 answers on this machine alone so far: eth0 has no IPv4 address yet',
    });
  }
  host.used = [ETH0];
  expect(await check.look(signal)).toEqual({ kind: 'up' });
});

test('What is reached in one family alone is up where an interface has an address of that, which is waited for', async () => {
  const { host, check } = arrange({ family: 'IPv6', checkAt: { address: '172.17.0.2', port: 80 } });
  host.listen('172.17.0.2:80');
  host.listenEverywhere();
  host.used = [ETH1];
  expect(await check.look(signal)).toMatchObject({
    kind: 'down',
    reason: expect.stringContaining('no IPv6 address'),
  });
  host.used = [ETH0, ETH1];
  host.listen('[fe80::1%eth0]:12345');
  expect(await check.look(signal)).toEqual({ kind: 'up', interfaces: ['eth0'] });
});

test('Where no interface is up yet, that is said; on loopback only it is refused when one is', async () => {
  const { host, check } = arrange();
  host.listen('127.0.0.1:12345');
  host.used = [];
  for (let look = 0; look < 3; look++) {
    expect(await check.look(signal)).toMatchObject({
      kind: 'down',
      reason: expect.stringContaining('no network interface'),
    });
  }
  host.used = [ETH0];
  expect(await check.look(signal)).toMatchObject({ kind: 'unreachable' });
  expect(await check.look(signal)).toMatchObject({ kind: 'refused' });
});

/** Windows: only loopback refuses at once. */
function refuseSlowly({ host, clock }: Pick<ReturnType<typeof arrange>, 'host' | 'clock'>, delayMs: number): void {
  const { dial } = host;
  host.dial = async (target, signal) => {
    if (target.kind === 'tcp' && !host.listeners.has(formatTarget(target)) && !isLoopback(target.address)) {
      await new Promise<void>((resolve, reject) => {
        const cancel = clock.after(delayMs, resolve);
        const giveUp = (): void => {
          cancel();
          reject(new Error('aborted'));
        };
        signal.addEventListener('abort', giveUp, { once: true });
      });
    }
    return dial(target, signal);
  };
}

test('A refusal that takes longer than a look, as on Windows, is waited for, and loopback only is refused', async () => {
  const arranged = arrange();
  arranged.host.listen('127.0.0.1:12345');
  refuseSlowly(arranged, 1_900);
  const kinds: string[] = [];
  for (let look = 0; look < 4; look++) kinds.push((await lookFor(1_000, arranged)).kind);
  expect(kinds).toEqual(['down', 'unreachable', 'down', 'refused']);
  expect(arranged.clock.pendingTimers).toBe(0);
});

test('Where the LAN addresses neither accept nor refuse, nothing is refused', async () => {
  const arranged = arrange();
  arranged.host.listen('127.0.0.1:12345');
  refuseSlowly(arranged, 60_000);
  for (let look = 0; look < 10; look++) expect(await lookFor(1_000, arranged)).toMatchObject({ kind: 'down' });
});

test('What a look began is ended with the check', async () => {
  const arranged = arrange();
  arranged.host.listen('127.0.0.1:12345');
  refuseSlowly(arranged, 60_000);
  await lookFor(1_000, arranged);
  arranged.check.close();
  expect(arranged.clock.pendingTimers).toBe(0);
});

test('With the check "none", a service that answers on loopback only is refused all the same', async () => {
  const { host, check } = arrange({ check: { kind: 'none' } });
  host.listen('127.0.0.1:12345');
  await check.look(signal);
  expect(await check.look(signal)).toMatchObject({ kind: 'refused' });
});

test('With the check "exec", a service that answers on no TCP port is up when the command says so', async () => {
  const { check } = arrange({ check: { kind: 'exec', command: 'true' } });
  expect(await check.look(signal)).toEqual({ kind: 'up' });
});

test("A container's own address is what the check looks at; where it is published is what is announced", async () => {
  const { host, check } = arrange({ checkAt: { address: '172.17.0.2', port: 80 } });
  host.listenEverywhere();
  expect(await check.look(signal)).toMatchObject({ kind: 'down' });
  host.listen('172.17.0.2:80');
  expect(await check.look(signal)).toEqual({ kind: 'up' });
  expect(host.dialled).toContain('10.99.0.1:12345');
});

test('A port on which a proxy of the service listens is not the service, and is not dialled', async () => {
  const { host, check } = arrange({ relay: true });
  host.listenEverywhere();
  host.proxies.set('127.0.0.1:12345', 'redis').set('[::1]:12345', 'redis');
  expect(await check.look(signal)).toEqual({ kind: 'up' });
  expect(check.targets).toEqual([{ kind: 'tcp', address: '10.99.0.1', port: 12345 }]);
  expect(host.dialled).not.toContain('127.0.0.1:12345');
  host.dialled.length = 0;
  for (const address of ['10.99.0.1', '10.98.0.1', '[fe80::1%eth0]']) host.proxies.set(`${address}:12345`, 'redis');
  expect(await check.look(signal)).toMatchObject({
    kind: 'down',
    reason: expect.stringContaining('a proxy of redis listens on 127.0.0.1:12345'),
  });
  expect(host.dialled).toEqual([]);
  expect(await check.leadsBack({ kind: 'tcp', address: '10.99.0.1', port: 12345 })).toBe(true);
});

test('A proxy of another service may be what is announced', async () => {
  const { host, check } = arrange({ relay: true });
  host.listenEverywhere();
  host.proxies.set('127.0.0.1:12345', 'cache');
  expect(await check.look(signal)).toEqual({ kind: 'up' });
});
