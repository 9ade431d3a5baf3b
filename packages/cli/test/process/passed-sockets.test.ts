import { describe, expect, test } from 'vitest';
import { assignPassedSockets, listPassedSockets } from '../../src/process/passed-sockets.ts';

const PID = 4711;

describe('the sockets that were passed', () => {
  test('begin at descriptor 3, each with its name', () => {
    const env = { LISTEN_PID: '4711', LISTEN_FDS: '2', LISTEN_FDNAMES: 'redis:postgres' };
    expect(listPassedSockets(env, PID)).toEqual([
      { fd: 3, name: 'redis' },
      { fd: 4, name: 'postgres' },
    ]);
  });

  test('may have no names', () => {
    expect(listPassedSockets({ LISTEN_PID: '4711', LISTEN_FDS: '1' }, PID)).toEqual([{ fd: 3, name: '' }]);
  });

  test.each([
    {},
    { LISTEN_FDS: '1' },
    { LISTEN_PID: '4712', LISTEN_FDS: '1' },
    { LISTEN_PID: '4711' },
    { LISTEN_PID: '4711', LISTEN_FDS: '0' },
    { LISTEN_PID: '4711', LISTEN_FDS: '-1' },
    { LISTEN_PID: '4711', LISTEN_FDS: 'many' },
  ])('are none with %j', (env) => {
    expect(listPassedSockets(env, PID)).toEqual([]);
  });
});

describe('who listens on them', () => {
  const named = (...names: readonly string[]) => names.map((name, index) => ({ fd: 3 + index, name }));

  test('one service takes them all, whatever they are called', () => {
    expect(assignPassedSockets(named('a', 'redis', ''), ['redis'])).toEqual([[3, 4, 5]]);
  });

  test('several services take those of their names, and may have none', () => {
    expect(assignPassedSockets(named('b', 'a', 'b'), ['a', 'b', 'c'])).toEqual([[4], [3, 5], []]);
    expect(assignPassedSockets([], ['a', 'b'])).toEqual([[], []]);
  });

  test('a socket that is nobody’s is refused with what to write', () => {
    expect(() => assignPassedSockets(named('x.socket'), ['a', 'b'])).toThrow(
      /"x\.socket", which is no service here; write FileDescriptorName= in its unit with one of a, b/,
    );
  });
});
