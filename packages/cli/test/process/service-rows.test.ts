import { expect, test } from 'vitest';
import { parseRunningStatus, type RunningStatus } from '../../src/process/running-status.ts';
import { listServiceRows } from '../../src/process/service-rows.ts';

const SINCE = '2026-01-02T03:04:05.000Z';
const ENDPOINT = { address: '10.0.0.1', port: 1, state: 'ready', active: 1, total: 2, failures: 0 };
const SERVICE = {
  service: 'redis',
  listen: ['127.0.0.1:6379', '[::1]:6379'],
  endpoints: [ENDPOINT, { ...ENDPOINT, state: 'ejected' }, { ...ENDPOINT, state: 'stale' }],
  connections: { active: 2, accepted: 10, failed: 0, retried: 0 },
  bytesUp: 5,
  bytesDown: 6,
  ready: true,
  since: SINCE,
};
const ANNOUNCEMENT = {
  service: 'web',
  instance: 'web on h1',
  port: 8000,
  addresses: ['fe80::1%eth0', '10.0.0.2'],
  state: 'announced',
  since: SINCE,
};

function status(change: Partial<RunningStatus> = {}): RunningStatus {
  return {
    version: '1',
    uptimeSeconds: 1,
    pid: 4711,
    command: 'up',
    phase: 'running',
    unready: [],
    meshes: [],
    announcements: [],
    services: [],
    ...change,
  };
}

test('an announcement and a proxy, as a table shows them', () => {
  expect(
    listServiceRows([status({ announcements: [ANNOUNCEMENT], services: [SERVICE], meshes: ['abc', 'old'] })]),
  ).toEqual([
    {
      service: 'web',
      role: 'announce',
      where: '[fe80::1%eth0]:8000',
      state: 'announced',
      ready: true,
      since: SINCE,
      mesh: 'abc',
      pid: 4711,
      listed: [],
    },
    {
      service: 'redis',
      role: 'proxy',
      where: '127.0.0.1:6379',
      state: 'ready',
      ready: true,
      endpoints: { ready: 2, total: 3 },
      connections: { active: 2, total: 10 },
      bytes: { up: 5, down: 6 },
      since: SINCE,
      mesh: 'abc',
      pid: 4711,
      listed: [
        { place: '10.0.0.1:1', name: '', state: 'ready', active: 1, total: 2, failures: 0 },
        { place: '10.0.0.1:1', name: '', state: 'ejected', active: 1, total: 2, failures: 0 },
        { place: '10.0.0.1:1', name: '', state: 'stale', active: 1, total: 2, failures: 0 },
      ],
    },
  ]);
});

test.each([
  [status({ services: [{ ...SERVICE, ready: false, endpoints: [] }] }), 'no endpoint'],
  [status({ services: [{ ...SERVICE, ready: false }] }), 'unreachable'],
  [status({ phase: 'starting', services: [SERVICE] }), 'starting'],
  [status({ phase: 'stopping', services: [SERVICE] }), 'stopping'],
  [status({ announcements: [{ ...ANNOUNCEMENT, state: 'probing' }] }), 'probing'],
  [status({ announcements: [{ ...ANNOUNCEMENT, state: 'withdrawn' }] }), 'withdrawn'],
])('%# what is not ready says how it stands', (one, state) => {
  expect(listServiceRows([one])).toMatchObject([{ state, ready: false }]);
});

test('an announcer that relays counts, one that does not has nothing to count', () => {
  const traffic = { active: 1, accepted: 9, bytesUp: 3, bytesDown: 4 };
  expect(listServiceRows([status({ announcements: [{ ...ANNOUNCEMENT, traffic }] })])).toMatchObject([
    { connections: { active: 1, total: 9 }, bytes: { up: 3, down: 4 } },
  ]);
  expect(listServiceRows([status({ announcements: [ANNOUNCEMENT] })])[0]).not.toHaveProperty('connections');
});

test('why a service is not announced is told while it is not', () => {
  const refused = { ...ANNOUNCEMENT, state: 'withdrawn', reason: 'connection refused' };
  expect(listServiceRows([status({ announcements: [refused] })])).toMatchObject([{ reason: 'connection refused' }]);
  const [late] = listServiceRows([status({ announcements: [{ ...refused, state: 'announced' }] })]);
  expect(late).not.toHaveProperty('reason');
});

test('what somebody else says on a socket is no status, and what a later version says besides is kept out of the way', () => {
  expect(parseRunningStatus('hello')).toBeUndefined();
  expect(parseRunningStatus('[]')).toBeUndefined();
  expect(parseRunningStatus(JSON.stringify({ ...status(), pid: 'x' }))).toBeUndefined();
  expect(parseRunningStatus(JSON.stringify({ ...status(), services: [{ ...SERVICE, listen: 3 }] }))).toBeUndefined();
  const later = { ...status({ services: [SERVICE], announcements: [ANNOUNCEMENT] }), colour: 'red' };
  expect(parseRunningStatus(JSON.stringify(later))).toEqual(later);
});

test('of a proxy with faults, which', () => {
  const answer = JSON.stringify(status({ services: [{ ...SERVICE, faults: 'reset=5%' }] }));
  const read = parseRunningStatus(answer);
  expect(read === undefined ? undefined : listServiceRows([read])).toMatchObject([
    { state: 'ready', faults: 'reset=5%' },
  ]);
});
