import { expect, test } from 'vitest';
import {
  listRuntimeFolders,
  nameRuntimeFolder,
  nameSocket,
  type RuntimeSurroundings,
  readSocketName,
} from '../../src/process/runtime-folder.ts';

function arrange(change: Partial<RuntimeSurroundings> = {}): RuntimeSurroundings {
  return { env: {}, platform: 'linux', uid: 1000, temporary: '/tmp', ...change };
}

function name(change: Partial<RuntimeSurroundings>): string {
  const surroundings = arrange(change);
  return nameSocket(nameRuntimeFolder(surroundings), 4711, surroundings.platform);
}

test.each<[string, Partial<RuntimeSurroundings>, string]>([
  ['a login session', { env: { XDG_RUNTIME_DIR: '/run/user/1000' } }, '/run/user/1000/ambassador/4711.sock'],
  [
    'a unit',
    { env: { RUNTIME_DIRECTORY: '/run/ambassador-proxy-redis:/run/b' } },
    '/run/ambassador-proxy-redis/4711.sock',
  ],
  ['neither', {}, '/tmp/ambassador-1000/4711.sock'],
  ['what is no path', { env: { XDG_RUNTIME_DIR: 'run', RUNTIME_DIRECTORY: '' } }, '/tmp/ambassador-1000/4711.sock'],
  [
    'macOS',
    { platform: 'darwin', uid: 501, temporary: '/var/folders/a/b/T/' },
    '/var/folders/a/b/T/ambassador-501/4711.sock',
  ],
  ['Windows', { platform: 'win32', uid: undefined, env: { XDG_RUNTIME_DIR: '/x' } }, '\\\\.\\pipe\\ambassador-4711'],
])('with %s', (_, change, path) => {
  expect(name(change)).toBe(path);
});

test('a name says whose socket it is, and others are none', () => {
  expect(readSocketName('4711.sock', 'linux')).toBe(4711);
  expect(readSocketName('ambassador-4711', 'win32')).toBe(4711);
  for (const other of ['4711', 'x.sock', '-1.sock', '4711.sock.bak', 'ambassador-4711', '12345678901.sock'])
    expect(readSocketName(other, 'linux')).toBeUndefined();
  expect(readSocketName('4711.sock', 'win32')).toBeUndefined();
});

test('a user is looked for where a process of the same user may have put its socket, whatever its environment was', () => {
  expect(listRuntimeFolders(arrange({ env: { XDG_RUNTIME_DIR: '/run/user/1000' } }))).toEqual([
    '/run/user/1000/ambassador',
    '/tmp/ambassador-1000',
  ]);
  expect(listRuntimeFolders(arrange())).toEqual(['/tmp/ambassador-1000', '/run/user/1000/ambassador']);
});

test('root finds those of all users, and of units', () => {
  const folders = listRuntimeFolders(arrange({ uid: 0, temporary: '/var/tmp' }));
  expect(folders).toEqual([
    '/var/tmp/ambassador-0',
    '/run/user/*/ambassador',
    '/run/ambassador*',
    '/var/tmp/ambassador-*',
  ]);
});
