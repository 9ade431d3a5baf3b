import { beforeEach, describe, expect, it } from 'vitest';
import type { InstanceView, ViewEvent } from '../../../src/rules/asking/instance-view.ts';
import { Instances } from '../../../src/rules/asking/instances.ts';
import { asciiBytes } from '../../wire/hex.ts';

let instances: Instances;

beforeEach(() => {
  instances = new Instances();
});

function view(addresses: readonly string[], change: Partial<InstanceView> = {}): InstanceView {
  return {
    name: 'a',
    type: '_redis._tcp',
    host: 'h1.local',
    port: 6379,
    priority: 0,
    weight: 0,
    txt: new Map(),
    addresses: addresses.map((address) => ({ address, isFromThisHost: false })),
    announcer: '10.0.0.1',
    isLeaving: false,
    ...change,
  };
}

/** `added 10.0.0.1 fe80::1%eth0`, with ` on eth1` for one that its name alone does not tell apart; several with commas between them. */
function apply(interfaceName: string, event: ViewEvent): string | undefined {
  const changes = instances.apply(interfaceName, event).map((change) => {
    const lost = change.kind === 'removed' ? ` ${change.lost}` : '';
    const { addresses, link } = change.instance;
    const places = addresses.map(({ address }) => address).join(' ');
    return `${change.kind}${lost} ${places}${link === undefined ? '' : ` on ${link}`}`;
  });
  return changes.length === 0 ? undefined : changes.join(', ');
}

const resolved = (...addresses: string[]): ViewEvent => ({ kind: 'resolved', view: view(addresses) });
const lost = (reason: 'goodbye' | 'expired' | 'unreachable'): ViewEvent => ({ kind: 'lost', view: view([]), reason });

describe('Instances', () => {
  it('adds an instance that is seen on two interfaces once, with the addresses of both', () => {
    expect(apply('eth0', resolved('10.0.0.1'))).toBe('added 10.0.0.1');
    expect(apply('wlan0', resolved('192.168.0.1'))).toBe('updated 10.0.0.1 192.168.0.1');
    expect(instances.list()).toHaveLength(1);
  });

  it('tells nothing when nothing that is visible changed', () => {
    apply('eth0', resolved('10.0.0.1'));
    expect(apply('eth0', { kind: 'changed', view: view(['10.0.0.1']) })).toBeUndefined();
    expect(apply('wlan0', lost('expired'))).toBeUndefined();
  });

  it('removes it only when it is gone on every interface, for the last reason', () => {
    apply('eth0', resolved('10.0.0.1'));
    apply('wlan0', resolved('192.168.0.1'));
    expect(apply('eth0', lost('expired'))).toBe('updated 192.168.0.1');
    expect(apply('wlan0', lost('unreachable'))).toBe('removed unreachable 192.168.0.1');
    expect(apply('wlan0', lost('goodbye'))).toBeUndefined();
    expect(instances.list()).toEqual([]);
  });

  it('tells that it leaves once its goodbye was heard wherever it is known, and that it came back', () => {
    const leaving = (address: string): ViewEvent => ({ kind: 'changed', view: view([address], { isLeaving: true }) });
    apply('eth0', resolved('10.0.0.1'));
    apply('wlan0', resolved('10.0.0.1'));
    expect(apply('eth0', leaving('10.0.0.1'))).toBeUndefined();
    expect(instances.listLeaving()).toEqual([]);
    expect(apply('wlan0', leaving('10.0.0.1'))).toBe('leaving 10.0.0.1 10.0.0.1');
    expect(instances.listLeaving()).toMatchObject([{ name: 'a' }]);
    expect(apply('wlan0', leaving('10.0.0.2'))).toBe('leaving 10.0.0.1 10.0.0.2');
    expect(apply('eth0', { kind: 'changed', view: view(['10.0.0.1']) })).toBe('updated 10.0.0.1 10.0.0.2');
    expect(instances.listLeaving()).toEqual([]);
  });

  it('removes what was known on an interface alone when that is gone', () => {
    apply('eth0', resolved('10.0.0.1'));
    apply('wlan0', { kind: 'resolved', view: view(['10.0.0.2'], { name: 'b' }) });
    apply('wlan0', resolved('10.0.0.1'));
    expect(instances.dropInterface('wlan0')).toMatchObject([
      { kind: 'updated', instance: { name: 'a', addresses: [{ interfaceName: 'eth0' }] } },
      { kind: 'removed', instance: { name: 'b' }, lost: 'expired' },
    ]);
    expect(instances.list()).toMatchObject([{ name: 'a' }]);
  });

  it('orders IPv4 before global and unique local before link-local IPv6, and gives the last their zone', () => {
    const event = resolved('fe80::1', 'fd00::1', '10.0.0.2', '2001:db8::1', '10.0.0.1');
    expect(apply('eth0', event)).toBe('added 10.0.0.1 10.0.0.2 2001:db8::1 fd00::1 fe80::1%eth0');
  });

  it('keeps an address once for each interface, since it means another way there', () => {
    apply('eth0', resolved('10.0.0.1', 'fe80::1'));
    expect(apply('wlan0', resolved('10.0.0.1', 'fe80::1'))).toBe(
      'updated 10.0.0.1 10.0.0.1 fe80::1%eth0 fe80::1%wlan0',
    );
    const addresses = instances.list()[0]?.addresses ?? [];
    expect(addresses.map(({ interfaceName }) => interfaceName)).toEqual(['eth0', 'wlan0', 'eth0', 'wlan0']);
  });

  it('keeps the addresses of a host with many networks, and 64 at most', () => {
    const many = (count: number): ViewEvent =>
      resolved(...Array.from({ length: count }, (_, index) => `10.0.${index}.1`));
    apply('eth0', many(20));
    expect(instances.list()[0]?.addresses).toHaveLength(20);
    apply('eth0', many(100));
    expect(instances.list()[0]?.addresses).toHaveLength(64);
  });

  it('follows the interface that spoke last, and leaves out addresses of what it was before', () => {
    apply('eth0', resolved('10.0.0.1'));
    apply('wlan0', resolved('192.168.0.1'));
    const moved = view(['10.0.0.2'], { host: 'h2.local', port: 7000 });
    expect(apply('eth0', { kind: 'changed', view: moved })).toBe('updated 10.0.0.2');
    expect(instances.list()).toMatchObject([{ host: 'h2.local', port: 7000 }]);
  });

  it.each([
    ['priority', { priority: 1 }],
    ['weight', { weight: 1 }],
    ['port', { port: 1 }],
    ['TXT value', { txt: new Map([['k', asciiBytes('w')]]) }],
    ['TXT key', { txt: new Map([['l', asciiBytes('v')]]) }],
    ['TXT key without value', { txt: new Map([['k', true as const]]) }],
    ['origin', { addresses: [{ address: '10.0.0.1', isFromThisHost: true }] }],
  ])('updates when the %s changed', (_what, change) => {
    const txt = new Map([['k', asciiBytes('v')]]);
    apply('eth0', { kind: 'resolved', view: view(['10.0.0.1'], { txt }) });
    expect(apply('eth0', { kind: 'changed', view: view(['10.0.0.1'], { txt: new Map(txt) }) })).toBeUndefined();
    expect(apply('eth0', { kind: 'changed', view: view(['10.0.0.1'], { txt, ...change }) })).toBe('updated 10.0.0.1');
  });
});

describe('two services of one name, on two links (RFC 6762 14)', () => {
  const first = (change: Partial<InstanceView> = {}): InstanceView =>
    view(['10.0.1.1'], { host: 'one.local', ...change });
  const second = (change: Partial<InstanceView> = {}): InstanceView =>
    view(['10.0.2.2'], { host: 'two.local', ...change });
  const changed = (each: InstanceView): ViewEvent => ({ kind: 'changed', view: each });
  const txt = (value: string): Partial<InstanceView> => ({ txt: new Map([['k', asciiBytes(value)]]) });

  beforeEach(() => {
    apply('eth0', { kind: 'resolved', view: first() });
    expect(apply('eth1', { kind: 'resolved', view: second() })).toBe('added 10.0.2.2 on eth1');
  });

  it('are two, and a change of one moves nothing of the other', () => {
    for (let round = 0; round < 3; round++) {
      expect(apply('eth0', changed(first(txt(`${round}`))))).toBe('updated 10.0.1.1');
      expect(apply('eth1', changed(second(txt(`${round}`))))).toBe('updated 10.0.2.2 on eth1');
    }
    expect(apply('eth1', changed(second({ ...txt('2'), isLeaving: true })))).toBe('leaving 10.0.2.2 on eth1');
    expect(instances.list()).toHaveLength(2);
    expect(instances.listLeaving()).toMatchObject([{ host: 'two.local' }]);
  });

  it('are two where only the port differs', () => {
    expect(apply('eth2', { kind: 'resolved', view: first({ port: 7000 }) })).toBe('added 10.0.1.1 on eth2');
  });

  it('keep their identity when one leaves and comes back, in whatever order', () => {
    expect(apply('eth0', { kind: 'lost', view: first(), reason: 'goodbye' })).toBe('removed goodbye 10.0.1.1');
    expect(apply('eth1', changed(second(txt('w'))))).toBe('updated 10.0.2.2 on eth1');
    expect(apply('eth0', { kind: 'resolved', view: first() })).toBe('added 10.0.1.1');
    expect(instances.dropInterface('eth1')).toMatchObject([{ kind: 'removed', instance: { link: 'eth1' } }]);
    expect(apply('eth1', { kind: 'resolved', view: second() })).toBe('added 10.0.2.2 on eth1');
  });

  it('become one when they say the same', () => {
    expect(apply('eth1', changed(first()))).toBe('updated 10.0.1.1 10.0.1.1, removed expired 10.0.2.2 on eth1');
    expect(instances.list()).toHaveLength(1);
  });

  it('are each seen by two interfaces, of which one may go', () => {
    expect(apply('wlan0', { kind: 'resolved', view: first() })).toBe('updated 10.0.1.1 10.0.1.1');
    expect(apply('wlan1', { kind: 'resolved', view: second() })).toBe('updated 10.0.2.2 10.0.2.2 on eth1');
    expect(apply('eth1', { kind: 'lost', view: second(), reason: 'expired' })).toBe('updated 10.0.2.2 on eth1');
    expect(apply('eth1', { kind: 'resolved', view: view(['10.0.3.3'], { host: 'three.local' }) })).toBe(
      'added 10.0.3.3 on eth1+',
    );
    expect(instances.list()).toHaveLength(3);
  });

  it('are told apart once one of two interfaces stays with what the other no longer says', () => {
    expect(apply('wlan0', { kind: 'resolved', view: first() })).toBe('updated 10.0.1.1 10.0.1.1');
    expect(apply('wlan0', changed(view(['10.0.3.3'], { host: 'three.local' })))).toBe('updated 10.0.3.3');
    expect(apply('eth0', changed(first(txt('w'))))).toBe('added 10.0.1.1 on eth0');
    expect(instances.list().map(({ host }) => host)).toEqual(['three.local', 'two.local', 'one.local']);
  });
});

it('stays one service when it moves on a link that two interfaces are on', () => {
  apply('eth0', resolved('10.0.0.1'));
  apply('wlan0', resolved('10.0.0.1'));
  const moved = view(['10.0.0.1'], { port: 7000 });
  expect(apply('wlan0', { kind: 'changed', view: moved })).toBe('updated 10.0.0.1');
  expect(apply('eth0', { kind: 'changed', view: moved })).toBe('updated 10.0.0.1 10.0.0.1');
  expect(instances.list()).toHaveLength(1);
});
