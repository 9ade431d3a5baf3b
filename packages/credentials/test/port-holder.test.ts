import { expect, test } from 'vitest';
import { MemoryLeg } from '../../relay/test/memory-leg.ts';
import { type HolderRules, judgeHolder } from '../src/port-holder.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const REDIS = 112;
const ORDINARY = 1000;
const NOBODY = 65_534;

/** A row of /proc/net/tcp, as a machine writes it whose words begin with their last byte. */
function row(local: string, remote: string, state: string, uid: number): string {
  return `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 ${`${uid}`.padStart(5)}        0 12345 1`;
}
const FREE = '00000000:0000';
const FREE6 = '00000000000000000000000000000000:0000';
const AT = '0100007F:18F7';
const ANYWHERE6 = '00000000000000000000000000000000:18F7';
const LOOPBACK6 = '00000000000000000000000001000000:18F7';
const MAPPED = '0000000000000000FFFF00000100007F:18F7';
const OURS = '0100007F:9C40';

/** A connection from port 40000 to port 6391. */
function dial(address = '127.0.0.1'): MemoryLeg {
  const [leg] = MemoryLeg.pair();
  return Object.assign(leg, { remoteAddress: address, remotePort: 6391, localAddress: address, localPort: 40_000 });
}

function judge(
  tcp: readonly string[],
  tcp6: readonly string[] = [],
  rules: Partial<HolderRules> = {},
  address?: string,
) {
  const tables: Readonly<Record<string, readonly string[]>> = { '/proc/net/tcp': tcp, '/proc/net/tcp6': tcp6 };
  const readLines = (path: string): Iterable<string> => [HEAD, ...(tables[path] ?? [])];
  return judgeHolder(dial(address), { platform: 'linux', uid: ORDINARY, readLines, ...rules });
}

const trusted = { kind: 'trusted' };
const stranger = (uid: number) => ({ kind: 'stranger', uid });

test.each([
  ['root', 0, trusted],
  ['a system user', REDIS, trusted],
  ['this user', ORDINARY, trusted],
  ['another user', 1001, stranger(1001)],
  ['nobody', NOBODY, stranger(NOBODY)],
])('%s who listens', (_who, uid, holder) => {
  expect(judge([row('0100007F:18F8', FREE, '0A', NOBODY), row(AT, FREE, '0A', uid)])).toEqual(holder);
  expect(judge([row('00000000:18F7', FREE, '0A', uid)]), 'anywhere').toEqual(holder);
  expect(judge([], [row(ANYWHERE6, FREE6, '0A', uid)]), 'in both families').toEqual(holder);
  expect(judge([], [row(MAPPED, FREE6, '0A', uid)])).toEqual(holder);
  expect(judge([], [row(LOOPBACK6, FREE6, '0A', uid)], {}, '::1'), 'over IPv6').toEqual(holder);
});

test('where the user of the service is written, a system user is no more than anybody', () => {
  expect(judge([row(AT, FREE, '0A', 1001)], [], { serviceUid: 1001 })).toEqual(trusted);
  expect(judge([row(AT, FREE, '0A', REDIS)], [], { serviceUid: 1001 })).toEqual(stranger(REDIS));
  expect(judge([row(AT, FREE, '0A', 0)], [], { serviceUid: 1001 })).toEqual(trusted);
});

test('who listens no more is known by the connection that he has', () => {
  const others = [row('0100007F:0050', FREE, '0A', 0), row(OURS, AT, '01', 0), row(AT, '0100007F:9C41', '01', 0)];
  expect(judge([...others, row(AT, OURS, '01', NOBODY)])).toEqual(stranger(NOBODY));
  expect(judge(others, [row(MAPPED, '0000000000000000FFFF00000100007F:9C40', '01', NOBODY)])).toEqual(stranger(NOBODY));
});

test('what root has redirected is held by nobody here', () => {
  expect(judge([row(OURS, AT, '01', 0)])).toEqual(trusted);
});

test('on another system, over a unix socket, and without the tables it is not known', () => {
  const unknown = { kind: 'unknown' };
  expect(judge([row(AT, FREE, '0A', NOBODY)], [], { platform: 'darwin' })).toEqual(unknown);
  const [leg] = MemoryLeg.pair();
  expect(judgeHolder(leg, { platform: 'linux', uid: 0 })).toEqual(unknown);
  const readLines = (): Iterable<string> => {
    throw new Error('EACCES');
  };
  expect(judge([], [], { readLines })).toEqual(unknown);
});

test('no table makes it throw', () => {
  for (const odd of ['', 'x', ': : : :', row('zz', 'yy', '0A', 1), row('01:02', FREE, '0A', Number.NaN)]) {
    expect(['trusted', 'unknown']).toContain(judge([odd], [odd]).kind);
  }
});
