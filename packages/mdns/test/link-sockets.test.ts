import type { SocketOptions } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Link, ReplyPath } from '../src/network.ts';
import { systemNetwork } from '../src/system-network.ts';
import { MemoryHost, type MemorySocket } from './memory-host.ts';

let host = new MemoryHost();
vi.mock('node:dgram', () => ({ createSocket: (options: SocketOptions) => host.createSocket(options) }));
vi.mock('node:fs', () => ({
  existsSync: (path: string) => host.files.has(path),
  readFileSync: (path: string) => host.readFileSync(path),
  readdirSync: () => [],
}));
vi.mock('node:os', () => ({ networkInterfaces: () => host.networkInterfaces(), platform: () => 'linux' }));

const POLL_MS = 2_000;
const OPEN_MS = 1_200;
const OWN = '10.0.0.1';
const NEIGHBOUR = '10.0.0.9';
const NOBODY_BOUND = 'sl  local_address\n';
const ALL_BOUND = '  1: 00000000:14E9 00000000:0000 07\n';

interface Opened {
  readonly link: Link;
  readonly heard: string[];
  readonly replies: ReplyPath[];
  readonly failures: string[];
}

const opened: Link[] = [];

/** The links of a network, one on each interface. */
async function open(platform = 'linux'): Promise<readonly Opened[]> {
  const network = systemNetwork({ platform });
  return Promise.all(
    network.interfaces().map(async (on): Promise<Opened> => {
      const heard: string[] = [];
      const replies: ReplyPath[] = [];
      const failures: string[] = [];
      const link = await network.openLink(on, 'IPv4', {
        packet: (_, { address }) => void heard.push(address),
        reply: (_, __, path) => void replies.push(path),
        sent: () => undefined,
        failed: ({ message }) => void failures.push(message),
      });
      opened.push(link);
      return { link, heard, replies, failures };
    }),
  );
}

async function openEth0(platform = 'linux'): Promise<Opened> {
  const [eth0] = await open(platform);
  if (eth0 === undefined) throw new Error('eth0 is missing');
  return eth0;
}

async function passRounds(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** The sockets beside that of the link. */
function listMoments(): readonly MemorySocket[] {
  return host.openSockets.filter(({ address }) => address === OWN);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  host = new MemoryHost();
  host.addInterface('eth0', OWN);
  host.files.set('/proc/net/udp', NOBODY_BOUND);
  host.files.set('/proc/net/udp6', NOBODY_BOUND);
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((link) => link.close()));
  expect(host.openSockets).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('the links of a host', () => {
  it('ask it once for all of them, each time that they are renewed', async () => {
    for (let at = 1; at < 10; at++) host.addInterface(`eth${at}`, `10.0.${at}.1`);
    const links = await open();
    expect(links).toHaveLength(10);
    host.readings = 0;
    for (const times of [1, 2]) {
      vi.advanceTimersByTime(POLL_MS);
      await Promise.all(links.map(({ link }) => link.renew()));
      expect(host.readings).toBe(times);
    }
  });

  it.each([1, 100, 1_000])(
    'believe none of %i forged packets that were queued before they refused each other',
    async (packets) => {
      host.addInterface('eth1', '10.0.1.1');
      const links = await open();
      const [eth0, eth1] = links;
      for (let sent = 0; sent < packets; sent++) host.arrive('eth1', NEIGHBOUR);
      await Promise.all(links.map(({ link }) => link.renew()));
      await passRounds(50);
      expect(eth0?.heard).toEqual([]);
      host.arrive('eth1', NEIGHBOUR);
      host.arrive('eth0', '10.0.0.8');
      await passRounds(10);
      expect(eth0?.heard).toEqual(['10.0.0.8']);
      expect(eth1?.heard).toEqual([]);
    },
  );

  it('believe nothing that was queued before they refused an interface that is new', async () => {
    const { link, heard } = await openEth0();
    await link.renew();
    await passRounds(10);
    host.addInterface('eth1', '10.0.1.1');
    host.arrive('eth1', NEIGHBOUR);
    vi.advanceTimersByTime(POLL_MS);
    await link.renew();
    await passRounds(10);
    expect(heard).toEqual([]);
  });

  it('say when they hear again', async () => {
    const { link, heard } = await openEth0();
    host.arrive('eth0', NEIGHBOUR);
    await link.renew();
    expect(heard).toEqual([]);
    host.arrive('eth0', NEIGHBOUR);
    await passRounds(1);
    expect(heard).toEqual([NEIGHBOUR]);
    await link.renew();
  });

  it('send at once, before the rest of what the turn does (RFC 6762 6, 8.3: a second apart)', async () => {
    const { link } = await openEth0();
    link.send(new Uint8Array(12));
    expect(host.openSockets[0]?.sent).toHaveLength(1);
  });

  it('are deaf for a moment only, whoever floods', async () => {
    const { link, heard } = await openEth0();
    await link.renew();
    for (let round = 0; round < 300; round++) {
      for (let sent = 0; sent < 32; sent++) host.arrive('eth0', NEIGHBOUR);
      await passRounds(1);
    }
    expect(heard).toContain(NEIGHBOUR);
  });

  it('with room for one refuse who brings most; with room for all they refuse all, and believe nothing that was queued before', async () => {
    host.addInterface('eth1', '10.0.1.1');
    host.addInterface('eth2', '10.0.2.1');
    host.memberships = 1;
    const { link, heard } = await openEth0();
    const [socket] = host.sockets;
    const renewWith = async (memberships: number): Promise<readonly string[]> => {
      host.memberships = memberships;
      vi.advanceTimersByTime(POLL_MS);
      await link.renew();
      await passRounds(10);
      return [...(socket?.refused ?? [])];
    };
    const disturb = async (): Promise<void> => {
      for (let sent = 0; sent < 60; sent++) host.arrive('eth2', '10.0.2.9');
      await passRounds(10);
    };
    expect(await renewWith(1)).toEqual(['10.0.1.1']);
    await disturb();
    expect(await renewWith(1)).toEqual(['10.0.2.1']);
    host.memberships = 0;
    for (let sent = 0; sent < 60; sent++) host.arrive('eth1', '10.0.1.9');
    await passRounds(10);
    expect(await renewWith(0)).toEqual([]);
    host.arrive('eth1', '192.168.9.9');
    expect((await renewWith(20)).toSorted()).toEqual(['10.0.1.1', '10.0.2.1']);
    expect(heard).toEqual([]);
  });

  it('give back the memberships of interfaces that are gone or have another address, and take those of new ones', async () => {
    host.memberships = 3;
    const { link } = await openEth0();
    const [socket] = host.sockets;
    for (let at = 1; at <= 10; at++) {
      host.addInterface('veth', `172.20.${at}.1`);
      vi.advanceTimersByTime(POLL_MS);
      await link.renew();
      expect(socket?.refused).toEqual([`172.20.${at}.1`]);
      if (at % 2 === 0) continue;
      host.removeInterface('veth');
      vi.advanceTimersByTime(POLL_MS);
      await link.renew();
      expect(socket?.refused).toEqual([]);
    }
    expect(link.isWorn).toBe(false);
  });

  it('are worn when an interface was made anew too often between two readings: the kernel does not take back those memberships', async () => {
    const { link } = await openEth0();
    const [socket] = host.sockets;
    for (let at = 1; at <= 5; at++) {
      expect(link.isWorn).toBe(false);
      host.addInterface('docker1', '172.20.0.1');
      vi.advanceTimersByTime(POLL_MS);
      await link.renew();
      expect(socket?.memberships.at(-1)).toEqual({ index: at + 1, address: '172.20.0.1' });
    }
    expect(link.isWorn).toBe(true);
  });

  it('know of the host what they knew while it tells them nothing, and hear nothing before', async () => {
    host.addInterface('eth1', '10.0.1.1');
    const { link, heard } = await openEth0();
    vi.advanceTimersByTime(POLL_MS);
    host.hides = 'EMFILE';
    await link.renew();
    host.arrive('eth0', NEIGHBOUR);
    await passRounds(10);
    expect(heard).toEqual([]);
    for (const [hides, isFull] of [
      [undefined, false],
      ['EMFILE', true],
      [undefined, true],
    ] as const) {
      Object.assign(host, { hides, isFull });
      vi.advanceTimersByTime(POLL_MS);
      await link.renew();
      await passRounds(10);
    }
    host.arrive('eth0', NEIGHBOUR);
    host.arrive('eth1', '10.0.1.9');
    await passRounds(10);
    expect(heard).toEqual([NEIGHBOUR]);
  });
});

describe('the links of a host with 25 interfaces', () => {
  const names = Array.from({ length: 24 }, (_, at) => `eth${at + 1}`);
  const renew = async (links: readonly Opened[]): Promise<void> => {
    vi.advanceTimersByTime(POLL_MS);
    await Promise.all(links.map(({ link }) => link.renew()));
  };
  const heardBy = (links: readonly Opened[]): readonly string[] =>
    links.flatMap(({ heard }, at) => heard.map((address) => `eth${at} ${address}`));

  beforeEach(() => {
    for (const [at, name] of names.entries()) host.addInterface(name, `10.0.${at + 1}.1`);
  });

  it('have each packet read once, by sockets that have joined nothing and are as many as needed', async () => {
    const links = await open();
    await renew(links);
    host.reads = 0;
    for (let at = 0; at < 25; at++) host.arrive(`eth${at}`, `10.0.${at}.9`);
    await passRounds(10);
    expect(heardBy(links)).toEqual(Array.from({ length: 25 }, (_, at) => `eth${at} 10.0.${at}.9`));
    expect(host.reads).toBe(25);
    const shared = host.openSockets.filter(({ address }) => address === '224.0.0.251');
    expect(shared.map(({ refused }) => refused.length)).toEqual([20, 20, 20, 20, 20]);
    expect(links.map(({ link }) => link.counters.offLink)).toEqual(new Array(25).fill(0));
  });

  it('read once for all of them who is bound to the port, each time that they ask', async () => {
    const links = await open();
    const count = (): number => host.fileReadings.filter((path) => path === '/proc/net/udp').length;
    for (const times of [1, 2]) {
      for (const { link } of links) link.awaitReplies();
      expect(count()).toBe(times);
      vi.advanceTimersByTime(POLL_MS);
    }
  });

  it('believe no source that belongs to another interface, nor one of none', async () => {
    const links = await open();
    await renew(links);
    host.arrive('eth24', '10.0.0.9');
    host.arrive('eth24', '192.168.7.7');
    await passRounds(10);
    expect(heardBy(links)).toEqual([]);
    expect(links.reduce((sum, { link }) => sum + link.counters.offLink, 0)).toBe(2);
  });

  it.each([1, 1_000])(
    'believe none of %i packets that were queued before the sockets refused others',
    async (packets) => {
      const links = await open();
      const isBound = (): boolean =>
        host.openSockets.filter(({ isBound, address }) => isBound && address === '224.0.0.251').length > 0;
      const renewing = renew(links);
      for (let turn = 0; turn < 100 && !isBound(); turn++)
        await new Promise<void>((resolve) => process.nextTick(resolve));
      for (const socket of host.openSockets.filter(({ address }) => address === '224.0.0.251'))
        for (let sent = 0; sent < packets; sent++)
          socket.take({ bytes: new Uint8Array(12), from: { address: '10.0.3.9', port: 5353 } });
      await renewing;
      expect(heardBy(links)).toEqual([]);
      host.arrive('eth3', '10.0.3.9');
      await passRounds(10);
      expect(heardBy(links)).toEqual(['eth3 10.0.3.9']);
    },
  );

  it('send by their own sockets, which hear nothing', async () => {
    const links = await open();
    await renew(links);
    for (const { link } of links) link.send(new Uint8Array(12));
    const senders = host.openSockets.filter(({ address }) => address === '233.252.0.1');
    expect(senders.map(({ sent }) => sent.map(({ address }) => address))).toEqual(new Array(25).fill(['224.0.0.251']));
    senders[0]?.take({ bytes: new Uint8Array(12), from: { address: '10.0.0.9', port: 5353 } });
    await passRounds(5);
    expect(heardBy(links)).toEqual([]);
  });

  it('refuse an interface that is new, and one that was made anew', async () => {
    const links = await open();
    await renew(links);
    for (const address of ['172.20.0.1', '172.20.0.1']) {
      host.addInterface('docker1', address);
      await renew(links);
      host.arrive('docker1', '10.0.0.9');
      await passRounds(10);
      expect(heardBy(links)).toEqual([]);
    }
    host.arrive('eth24', '10.0.24.9');
    await passRounds(10);
    expect(heardBy(links)).toEqual(['eth24 10.0.24.9']);
  });

  it('are worn when they are no more than each socket can refuse, and when they become more', async () => {
    const network = systemNetwork({ platform: 'linux' });
    const events = { packet: () => {}, reply: () => {}, sent: () => {}, failed: () => {} };
    const openFirst = async (): Promise<Link> => {
      const [on] = network.interfaces();
      if (on === undefined) throw new Error('eth0 is missing');
      const link = await network.openLink(on, 'IPv4', events);
      opened.push(link);
      return link;
    };
    const look = async (link: Link): Promise<boolean> => {
      vi.advanceTimersByTime(POLL_MS);
      network.interfaces();
      await link.renew();
      return link.isWorn;
    };
    const shared = await openFirst();
    expect(await look(shared)).toBe(false);
    for (const name of names.slice(0, 5)) host.removeInterface(name);
    expect(await look(shared)).toBe(true);
    const alone = await openFirst();
    expect([await look(alone), host.openSockets.at(-1)?.address]).toEqual([false, '224.0.0.251']);
    for (const name of names.slice(0, 5)) host.addInterface(name, `10.1.${name.slice(3)}.1`);
    expect(await look(alone)).toBe(true);
  });

  it('are refused where another program keeps the port of the group to itself', async () => {
    host.bindRefusals.set('224.0.0.251', 'EADDRINUSE');
    await expect(open()).rejects.toMatchObject({ code: 'port-in-use' });
    host.bindRefusals.clear();
  });

  it('fail together with the socket that they share, and hear by a new one when it can be opened', async () => {
    const links = await open();
    await renew(links);
    const shared = host.openSockets.find(({ address }) => address === '224.0.0.251');
    shared?.emit('error', Object.assign(new Error('ENETDOWN'), { code: 'ENETDOWN' }));
    expect(links.flatMap(({ failures }) => failures)).toEqual(new Array(5).fill('ENETDOWN'));
    expect(shared?.isClosed).toBe(true);
    await renew(links);
    host.arrive('eth9', '10.0.9.9');
    await passRounds(10);
    expect(heardBy(links)).toEqual(['eth9 10.0.9.9']);
  });
});

describe('a packet of which the interface has no name', () => {
  it('is lost, and the link stays: there is no file descriptor to ask with, or the interface is gone', async () => {
    const { failures } = await openEth0();
    const error = Object.assign(new Error('ENOENT: uv_if_indextoiid'), { code: 'ENOENT', syscall: 'uv_if_indextoiid' });
    host.sockets[0]?.emit('error', error);
    expect(failures).toEqual([]);
    host.sockets[0]?.emit('error', Object.assign(new Error('ENETDOWN'), { code: 'ENETDOWN' }));
    expect(failures).toEqual(['ENETDOWN']);
  });
});

describe('the interfaces of a host', () => {
  it('are looked at once for all, and of each its number and MTU alone is read again', async () => {
    host.addInterface('eth1', '10.0.1.1');
    const network = systemNetwork({ platform: 'linux' });
    const events = { packet: () => {}, reply: () => {}, sent: () => {}, failed: () => {} };
    for (const on of network.interfaces()) opened.push(await network.openLink(on, 'IPv4', events));
    await Promise.all(opened.map((link) => link.renew()));
    vi.advanceTimersByTime(POLL_MS);
    Object.assign(host, { readings: 0 });
    host.fileReadings.length = 0;
    network.interfaces();
    await Promise.all(opened.map((link) => link.renew()));
    expect(network.interfacesWithin(POLL_MS)).toHaveLength(2);
    expect(host.readings).toBe(1);
    const names = host.fileReadings.map((path) => path.replace('/sys/class/net/', ''));
    expect(names.filter((name) => !name.startsWith('/proc'))).toEqual([
      'eth0/ifindex',
      'eth1/ifindex',
      'eth0/mtu',
      'eth1/mtu',
    ]);
    vi.advanceTimersByTime(POLL_MS + 1);
    host.removeInterface('eth1');
    expect(network.interfacesWithin(POLL_MS)).toHaveLength(1);
    expect(host.readings).toBe(2);
  });

  it.each([
    ['to ask for them', 'EMFILE', false],
    ['to read what they are', undefined, true],
  ])('are those of before while no file descriptor is left %s, and it is said', async (_, hides, isFull) => {
    const network = systemNetwork({ platform: 'linux' });
    expect([network.interfaces().length, network.blindness?.()]).toEqual([1, undefined]);
    const before = network.interfaces();
    Object.assign(host, { hides, isFull });
    host.addInterface('eth1', '10.0.1.1');
    expect(network.interfaces()).toEqual(before);
    expect(network.blindness?.()?.message).toBe(
      "the network interfaces can't be seen: this process has no file descriptor left (EMFILE); raise its limit (ulimit -n)",
    );
    expect([network.isHidden(), network.skipped(), network.awaited()]).toEqual([false, [], []]);
    Object.assign(host, { hides: undefined, isFull: false });
    expect(network.interfaces().map(({ name }) => name)).toEqual(['eth0', 'eth1']);
    expect(network.blindness?.()).toBeUndefined();
  });
});

describe('what comes to this host alone', () => {
  it('is heard at its address for a moment after a question, and the moment is prolonged by the next', async () => {
    const { link, replies } = await openEth0();
    link.awaitReplies();
    await passRounds(1);
    const [socket, ...more] = listMoments();
    expect([socket?.port, more]).toEqual([5353, []]);
    vi.advanceTimersByTime(1_000);
    link.awaitReplies();
    vi.advanceTimersByTime(OPEN_MS - 1);
    socket?.take({ bytes: new Uint8Array(12), from: { address: NEIGHBOUR, port: 5353 } });
    socket?.take({ bytes: new Uint8Array(12), from: { address: '10.9.9.9', port: 5353 } });
    await passRounds(1);
    expect(replies).toEqual([{ to: 'port' }]);
    expect(link.counters.offLink).toBe(1);
    vi.advanceTimersByTime(1);
    expect(listMoments()).toEqual([]);
  });

  it.each([
    ['somebody is bound to every address', 'linux', ALL_BOUND],
    ['the system does not tell who is bound', 'linux', undefined],
    ['sockets are bound to no group: darwin', 'darwin', NOBODY_BOUND],
    ['sockets are bound to no group: win32', 'win32', NOBODY_BOUND],
  ])('is left alone where %s', async (_, platform, table) => {
    const { link } = await openEth0(platform);
    host.files.delete('/proc/net/udp6');
    if (table === undefined) host.files.delete('/proc/net/udp');
    else host.files.set('/proc/net/udp', table);
    link.awaitReplies();
    expect(host.sockets).toHaveLength(1);
  });

  it('is heard where the kernel has no IPv6, and no table of it', async () => {
    const { link } = await openEth0();
    host.files.delete('/proc/net/udp6');
    link.awaitReplies();
    expect(listMoments()).toHaveLength(1);
  });

  it.each(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'EMFILE'])(
    'is missed where the address is refused: %s',
    async (code) => {
      const { link, failures } = await openEth0();
      host.bindRefusals.set(OWN, code);
      link.awaitReplies();
      link.ask(new Uint8Array(12), { address: NEIGHBOUR, port: 5353 });
      await passRounds(2);
      expect(listMoments()).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
      expect(failures).toEqual([]);
      host.bindRefusals.clear();
      link.awaitReplies();
      expect(listMoments()).toHaveLength(1);
    },
  );

  it('is heard no more when the link is closed, and whatever was open is', async () => {
    const { link, replies } = await openEth0();
    link.awaitReplies();
    link.ask(new Uint8Array(12), { address: NEIGHBOUR, port: 5353 });
    await passRounds(1);
    for (const socket of listMoments()) {
      socket.take({ bytes: new Uint8Array(12), from: { address: NEIGHBOUR, port: 5353 } });
    }
    await link.close();
    await passRounds(2);
    expect(host.openSockets).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    link.awaitReplies();
    link.ask(new Uint8Array(12), { address: NEIGHBOUR, port: 5353 });
    expect([host.openSockets, replies]).toEqual([[], []]);
  });

  it('closes before it is bound', async () => {
    const { link } = await openEth0();
    link.awaitReplies();
    link.ask(new Uint8Array(12), { address: NEIGHBOUR, port: 5353 });
    await link.close();
    expect(host.openSockets).toEqual([]);
  });

  it('the interface that goes away meanwhile fails once', async () => {
    const { link, failures } = await openEth0();
    link.awaitReplies();
    await passRounds(1);
    for (const socket of [...listMoments(), ...host.openSockets]) {
      if (!socket.isClosed) socket.emit('error', Object.assign(new Error('ENETDOWN'), { code: 'ENETDOWN' }));
    }
    expect(failures).toEqual(['ENETDOWN']);
    await link.close();
    expect(host.openSockets).toEqual([]);
  });
});

describe('a question to one host', () => {
  const ask = { address: NEIGHBOUR, port: 5353 };

  it('goes from a port of its own, and is answered by that host alone', async () => {
    host.addInterface('eth1', '10.0.1.1');
    const { link, replies } = await openEth0();
    await link.renew();
    link.ask(Uint8Array.of(7), ask);
    await passRounds(1);
    const [socket] = listMoments();
    expect(socket?.sent).toEqual([{ bytes: Uint8Array.of(7), ...ask }]);
    expect(socket?.port).toBe(0);
    for (const address of ['10.0.0.8', NEIGHBOUR]) {
      socket?.take({ bytes: new Uint8Array(12), from: { address, port: 5353 } });
    }
    await passRounds(1);
    expect(replies).toEqual([{ to: 'question', isOnlyWay: false }]);
    vi.advanceTimersByTime(OPEN_MS);
    expect(listMoments()).toEqual([]);
  });

  it.each([
    ['before anything is known of the host', false, false],
    ['on a host with one interface', true, true],
  ])('has one way to be answered %s: %s', async (_, isRenewed, isOnlyWay) => {
    const { link, replies } = await openEth0();
    if (isRenewed) await link.renew();
    link.ask(Uint8Array.of(7), ask);
    await passRounds(1);
    listMoments()[0]?.take({ bytes: new Uint8Array(12), from: ask });
    await passRounds(1);
    expect(replies).toEqual([{ to: 'question', isOnlyWay }]);
  });

  it('is one of sixteen', async () => {
    const { link } = await openEth0();
    for (let at = 0; at < 100; at++) link.ask(Uint8Array.of(7), { ...ask, address: `10.0.0.${at}` });
    expect(listMoments()).toHaveLength(16);
    vi.advanceTimersByTime(OPEN_MS);
    link.ask(Uint8Array.of(7), ask);
    expect(listMoments()).toHaveLength(1);
  });

  it.each<[string, () => void]>([
    ['sent', () => void host.sendRefusals.set(NEIGHBOUR, 'EHOSTUNREACH')],
    ['prepared', () => void Object.assign(host, { refusesTtl: true })],
  ])('that can not be %s leaves nothing open', async (_, refuse) => {
    const { link, failures } = await openEth0();
    refuse();
    link.ask(Uint8Array.of(7), ask);
    await passRounds(2);
    expect(listMoments()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    expect(failures).toEqual([]);
  });
});
