import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SeenFile } from '../../../src/network/seen/seen-file.ts';

const HOUR_MS = 60 * 60 * 1000;

function arrange(): { readonly folder: string; readonly file: SeenFile; readonly clock: { now: number } } {
  const folder = mkdtempSync(join(tmpdir(), 'seen-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = { now: 1_000 };
  return { folder, clock, file: new SeenFile(join(folder, 'ambassador'), () => clock.now) };
}

test('what was found is known for a day, and what was kept of other services stays', () => {
  const { file, clock } = arrange();
  expect(file.read()).toEqual([]);
  file.keep([{ service: 'redis', instance: 'redis on h1' }, { service: 'web' }]);
  file.keep([{ service: 'redis', instance: 'redis on h2' }], 'redis');
  expect(file.read()).toEqual([{ service: 'redis', instance: 'redis on h2' }, { service: 'web' }]);
  file.keep([], 'redis');
  expect(file.read()).toEqual([{ service: 'web' }]);
  clock.now += 23 * HOUR_MS;
  expect(file.read()).toHaveLength(1);
  clock.now += 2 * HOUR_MS;
  expect(file.read()).toEqual([]);
});

test('it is bounded, of this user alone, and replaced in one step', () => {
  const { file, folder } = arrange();
  file.keep(Array.from({ length: 2_000 }, (_, at) => ({ service: `s${at}`, instance: 'x'.repeat(300) })));
  const read = file.read();
  expect(read).toHaveLength(512);
  expect(read[0]).toEqual({ service: 's0' });
  expect(readdirSync(join(folder, 'ambassador'))).toEqual(['seen.json']);
  if (process.platform !== 'win32') expect(statSync(join(folder, 'ambassador/seen.json')).mode & 0o777).toBe(0o600);
});

test.each([
  '',
  '[]',
  '{"at":1000}',
  '{"at":1000,"instances":[null,1,{"service":7},{"service":""}]}',
  '{"at":9e99,"instances":[{"service":"x"}]}',
])('a file that says %j says nothing', (text) => {
  const { file, folder } = arrange();
  file.keep([]);
  writeFileSync(join(folder, 'ambassador/seen.json'), text);
  expect(file.read()).toEqual([]);
});
