import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyFile, MeshKey } from '@mdns-ambassador/mesh';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Duty, describeDuty, nameKey } from '../../../src/commands/service/duty.ts';
import { EXIT_USAGE } from '../../../src/exit/exit-codes.ts';
import type { Scope } from '../../../src/process/scope.ts';
import { readUpRequest } from '../../../src/requests/up-request.ts';
import { Settings } from '../../../src/settings/settings.ts';
import { findUsualKey, nameUsualKeyFile } from '../../../src/settings/usual-key.ts';

const FILE = '/etc/ambassador/ambassador.yaml';
let folder = '';
let usualKey = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'duty-'));
  usualKey = nameUsualKeyFile({ XDG_CONFIG_HOME: folder });
  mkdirSync(join(folder, 'ambassador'));
  createKeyFile(usualKey, { kind: 'keys', current: new MeshKey(Buffer.alloc(32, 7)) }, 'linux');
  chmodSync(usualKey, 0o600);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** As `install` does. */
function describe(scope: Scope, text: string, options: Record<string, string> = {}, hasKey = false): Duty {
  const find = (option: string) =>
    options[option] === undefined ? [] : [{ text: options[option], origin: `--${option}`, exitCode: EXIT_USAGE }];
  const env = hasKey ? { XDG_CONFIG_HOME: folder } : { XDG_CONFIG_HOME: '/nowhere' };
  const own = new Settings([{ find }], [], findUsualKey(env));
  const reader = { env, platform: 'linux' } as const;
  const asked = readUpRequest(FILE, text, own, reader);
  return describeDuty(FILE, true, readUpRequest(FILE, text, nameKey(own, asked, scope), reader), own, scope);
}

test('what the file needs is read from it', () => {
  expect(describe('system', 'announce: [{service: redis}]')).toMatchObject({
    key: undefined,
    isOpen: false,
    hasLowPort: false,
    asksDocker: false,
    tellsContainers: false,
  });
  const text = 'proxy: [{service: web, listen: "127.0.0.1:80"}]\nagent: {}\ndocker: true';
  expect(describe('system', text)).toMatchObject({ hasLowPort: true, asksDocker: true, tellsContainers: true });
  expect(describe('system', 'dns: {listen: "127.0.0.1:53"}')).toMatchObject({ hasLowPort: true });
});

test('the key in its usual place is named to the machine’s service, and found by a user’s', () => {
  const text = 'announce: [{service: redis}]';
  expect(describe('system', text, {}, true).key).toBe(usualKey);
  expect(describe('user', text, {}, true).key).toBeUndefined();
  expect(describe('user', text, { 'mesh-key-file': usualKey }).key).toBe(usualKey);
  expect(describe('system', text, { open: 'true' }, true)).toMatchObject({ key: undefined, isOpen: true });
});

test('what goes without a named key alone is refused before anything is installed', () => {
  expect(() => describe('system', 'agent: {}', {}, true)).toThrow(
    /mesh\.key, as the machine's service has it: an agent/,
  );
  expect(describe('user', 'agent: {}', {}, true).tellsContainers).toBe(true);
});
