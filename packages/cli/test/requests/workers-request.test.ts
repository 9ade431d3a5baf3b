import { expect, test } from 'vitest';
import { readWorkers } from '../../src/requests/workers-request.ts';
import { Settings } from '../../src/settings/settings.ts';

function settingsOf(workers: string | undefined): Settings {
  const find = (option: string) =>
    option === 'workers' && workers !== undefined ? [{ text: workers, origin: '--workers', exitCode: 64 }] : [];
  return new Settings([{ find }]);
}

const NODE = { kind: 'node' } as const;

test('one process carries, unless several are asked for', () => {
  expect(readWorkers(settingsOf(undefined), NODE, 'linux')).toBe(1);
  expect(readWorkers(settingsOf('2'), NODE, 'linux')).toBe(2);
  expect(readWorkers(settingsOf('2'), NODE, 'darwin')).toBe(2);
});

test('one is everywhere what there is anyway', () => {
  expect(readWorkers(settingsOf('1'), NODE, 'win32')).toBe(1);
  expect(readWorkers(settingsOf('1'), { kind: 'haproxy' }, 'linux')).toBe(1);
});

test.each(['0', '65', 'two', '1.5', ''])('%j is no number of workers', (text) => {
  expect(() => readWorkers(settingsOf(text), NODE, 'linux')).toThrow(/--workers/);
});

test('another engine, and Windows, are refused in a sentence', () => {
  for (const kind of ['haproxy', 'nftables'] as const) {
    expect(() => readWorkers(settingsOf('2'), { kind }, 'linux')).toThrow(
      `--workers is for engine node; ${kind} uses the processors in its own way: leave one of them out`,
    );
  }
  expect(() => readWorkers(settingsOf('2'), NODE, 'win32')).toThrow(
    '--workers needs a listening socket that several processes share, which Node does not pass on to them on Windows; leave it out',
  );
});
