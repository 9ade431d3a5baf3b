import type { BrowseEvent, Instance } from '@mdns-ambassador/mdns';
import { describe, expect, test } from 'vitest';
import { GOODBYE_MS, JoinedInstances } from '../../src/rules/joined-instances.ts';

function instance(name: string, address: string, change: Partial<Instance> = {}): Instance {
  return {
    name,
    type: '_redis._tcp',
    host: `${name}.local`,
    port: 6379,
    priority: 0,
    weight: 0,
    txt: new Map(),
    addresses: [{ address, interfaceName: 'eth0', isFromThisHost: false }],
    announcer: address,
    ...change,
  };
}

const byPeer = (name: string, address: string, change: Partial<Instance> = {}): Instance =>
  instance(name, address, { source: 'peer', ...change });

function brief(events: readonly BrowseEvent[]): readonly string[] {
  return events.map((event) => {
    const { name, source = 'mdns', link, addresses } = event.instance;
    const lost = event.kind === 'removed' ? ` ${event.lost}` : '';
    const place = addresses.map(({ address }) => address).join();
    return `${event.kind} ${name}${link === undefined ? '' : `%${link}`} ${source} ${place}${lost}`;
  });
}

describe('an instance that mDNS and a peer see', () => {
  test('is one, and mDNS has the word', () => {
    const joined = new JoinedInstances();
    expect(brief(joined.tell([byPeer('a', '10.0.0.9')], 'expired', 0).events)).toEqual(['added a peer 10.0.0.9']);
    const heard = joined.hear({ kind: 'added', instance: instance('a', '10.0.0.1') }, 1);
    expect(brief(heard.events)).toEqual(['updated a mdns 10.0.0.1']);
    expect(brief(joined.tell([byPeer('a', '10.0.0.8')], 'expired', 2).events)).toEqual([]);
    expect(joined.heard).toBe(1);
  });

  test('and that mDNS loses by silence goes on by the peer, where it was if the peer says so, too', () => {
    const joined = new JoinedInstances();
    const both = [
      { address: '10.0.0.1', interfaceName: 'eth0', isFromThisHost: false },
      { address: 'fe80::1%eth0', interfaceName: 'eth0', isFromThisHost: false },
    ];
    joined.hear({ kind: 'added', instance: instance('a', '', { addresses: both }) }, 0);
    joined.tell([byPeer('a', '10.0.0.1')], 'expired', 0);
    const lost = joined.hear({ kind: 'removed', instance: instance('a', '10.0.0.1'), lost: 'expired' }, 1);
    expect(brief(lost.events)).toEqual(['updated a peer 10.0.0.1,fe80::1%eth0']);
    const back = joined.hear({ kind: 'added', instance: instance('a', '', { addresses: both }) }, 2);
    expect(brief(back.events)).toEqual(['updated a mdns 10.0.0.1,fe80::1%eth0']);
  });

  test('and that says goodbye on the link is gone, whatever the peer goes on saying; later the peer is believed again', () => {
    const joined = new JoinedInstances();
    joined.tell([byPeer('a', '10.0.0.1')], 'expired', 0);
    joined.hear({ kind: 'added', instance: instance('a', '10.0.0.1') }, 0);
    const gone = joined.hear({ kind: 'removed', instance: instance('a', '10.0.0.1'), lost: 'goodbye' }, 100);
    expect(brief(gone.events)).toEqual(['removed a mdns 10.0.0.1 goodbye']);
    expect(brief(joined.tell([byPeer('a', '10.0.0.1')], 'expired', 200).events)).toEqual([]);
    expect(joined.nextDeadline()).toBe(100 + GOODBYE_MS);
    expect(brief(joined.advance(100 + GOODBYE_MS - 1))).toEqual([]);
    expect(brief(joined.advance(100 + GOODBYE_MS))).toEqual(['added a peer 10.0.0.1']);
    expect(joined.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test('and that the peer tells of no more is asked for on the link, and kept until then', () => {
    const joined = new JoinedInstances();
    joined.tell([byPeer('a', '10.0.0.1')], 'expired', 0);
    joined.hear({ kind: 'added', instance: instance('a', '10.0.0.1') }, 0);
    const change = joined.tell([], 'goodbye', 1);
    expect([brief(change.events), change.doubted]).toEqual([[], ['a']]);
  });
});

describe('of peers alone', () => {
  test('what changes is updated, what goes is removed with its reason, and what is the same is not told', () => {
    const joined = new JoinedInstances();
    const tell = (peers: readonly Instance[], lost: 'goodbye' | 'expired'): readonly string[] =>
      brief(joined.tell(peers, lost, 0).events);
    expect(tell([byPeer('a', '10.0.0.1')], 'expired')).toEqual(['added a peer 10.0.0.1']);
    expect(tell([byPeer('a', '10.0.0.1')], 'expired')).toEqual([]);
    expect(tell([byPeer('a', '10.0.0.1', { port: 7 })], 'expired')).toEqual(['updated a peer 10.0.0.1']);
    const txt = new Map([['st', new TextEncoder().encode('drain')]]);
    expect(tell([byPeer('a', '10.0.0.1', { port: 7, txt })], 'expired')).toEqual(['updated a peer 10.0.0.1']);
    expect(tell([], 'expired')).toEqual(['removed a peer 10.0.0.1 expired']);
  });

  test('two of one name on different hosts are two, and stay who they are', () => {
    const joined = new JoinedInstances();
    const [one, other] = [byPeer('a', '10.0.0.1'), byPeer('a', '10.0.0.2', { host: 'b.local' })];
    expect(brief(joined.tell([one, other], 'expired', 0).events)).toEqual([
      'added a peer 10.0.0.1',
      'added a%peer b.local peer 10.0.0.2',
    ]);
    expect(brief(joined.tell([other, one], 'expired', 0).events)).toEqual([]);
    expect(brief(joined.tell([other], 'goodbye', 0).events)).toEqual(['removed a peer 10.0.0.1 goodbye']);
    const heard = joined.hear({ kind: 'added', instance: instance('a', '10.0.0.3', { host: 'c.local' }) }, 0);
    expect(brief(heard.events)).toEqual(['added a mdns 10.0.0.3']);
  });

  test('its own announcement that this machine hears by multicast is nobody heard', () => {
    const joined = new JoinedInstances();
    const own = [{ address: '10.0.0.1', interfaceName: 'eth0', isFromThisHost: true }];
    joined.hear({ kind: 'added', instance: instance('a', '', { addresses: own }) }, 0);
    expect(joined.heard).toBe(0);
  });
});

test('a goodbye that mDNS believes for a second passes through', () => {
  const joined = new JoinedInstances();
  joined.hear({ kind: 'added', instance: instance('a', '10.0.0.1') }, 0);
  const leaving = joined.hear({ kind: 'leaving', instance: instance('a', '10.0.0.1') }, 1);
  expect(brief(leaving.events)).toEqual(['leaving a mdns 10.0.0.1']);
  const back = joined.hear({ kind: 'updated', instance: instance('a', '10.0.0.1') }, 2);
  expect(brief(back.events)).toEqual(['updated a mdns 10.0.0.1']);
});
