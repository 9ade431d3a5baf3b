import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KnownMachines } from '../../../src/network/wake/known-machines.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'known-machines-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const machine = (number: number, service = 'redis') => ({
  service,
  address: `10.0.0.${number}`,
  mac: `02:00:00:00:00:${String(number % 100).padStart(2, '0')}`,
});

test('machines are kept by service, the last one first, for us alone to read', () => {
  const path = join(folder, 'ambassador', 'machines.json');
  const machines = new KnownMachines(path);
  expect(machines.find('redis')).toEqual([]);
  for (const one of [machine(1), machine(2), machine(1, 'web')]) machines.keep(one);
  expect(new KnownMachines(path).find('redis')).toEqual([machine(2), machine(1)]);
  expect(new KnownMachines(path).find('web')).toEqual([machine(1, 'web')]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a machine that moved, and an address that is another’s now, are known once', () => {
  const machines = new KnownMachines(join(folder, 'machines.json'));
  machines.keep(machine(1));
  machines.keep({ ...machine(1), address: '10.0.0.9' });
  expect(machines.find('redis')).toEqual([{ ...machine(1), address: '10.0.0.9' }]);
  machines.keep({ ...machine(2), address: '10.0.0.9' });
  expect(machines.find('redis')).toEqual([{ ...machine(2), address: '10.0.0.9' }]);
});

test('the oldest are forgotten', () => {
  const path = join(folder, 'machines.json');
  const machines = new KnownMachines(path);
  for (let number = 0; number < 300; number += 1) machines.keep(machine(number, `service${number}`));
  expect(machines.find('service43')).toEqual([]);
  expect(machines.find('service44')).toHaveLength(1);
  expect(JSON.parse(readFileSync(path, 'utf8')).machines).toHaveLength(256);
});

test.each(['', '{', '[]', '{"machines":{}}', '{"machines":[null,1,{"service":"redis","address":"a","mac":"x"}]}'])(
  'a file that says %j is as none',
  (text) => {
    const path = join(folder, 'machines.json');
    writeFileSync(path, text);
    expect(new KnownMachines(path).find('redis')).toEqual([]);
  },
);
