import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findSecretPath } from '../../src/daemon/secret-path.ts';
import { listShelters } from '../../src/requests/shelters.ts';

test("systemd's folder comes before the containers', whose files belong to root", () => {
  expect(listShelters({})).toEqual([{ folder: '/run/secrets', owner: 0 }]);
  expect(listShelters({ CREDENTIALS_DIRECTORY: '/run/credentials/a.service' })).toEqual([
    { folder: '/run/credentials/a.service' },
    { folder: '/run/secrets', owner: 0 },
  ]);
});

test('a secret is found by its path, its variable or its name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shelter-'));
  try {
    const env = { CREDENTIALS_DIRECTORY: folder, REDIS_PASSWORD_FILE: '/from/variable' };
    const usual = { kind: 'usual', name: 'redis', variable: 'REDIS_PASSWORD_FILE' } as const;
    expect(findSecretPath({ kind: 'file', path: '/pw' }, env)).toBe('/pw');
    expect(findSecretPath({ kind: 'variable', variable: 'REDIS_PASSWORD_FILE' }, env)).toBe('/from/variable');
    expect(findSecretPath(usual, env)).toBe('/from/variable');
    writeFileSync(join(folder, 'redis'), 'x');
    expect(findSecretPath(usual, env)).toBe(join(folder, 'redis'));
    expect(findSecretPath({ kind: 'name', name: 'redis' }, env)).toBe(join(folder, 'redis'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  [{ kind: 'variable', variable: 'A_FILE' }, 'A_FILE is not set'],
  [{ kind: 'name', name: 'no-such-name' }, '/run/secrets/no-such-name'],
  [{ kind: 'usual', name: 'no-such-name', variable: 'A_FILE' }, '/run/secrets/no-such-name, $A_FILE'],
] as const)('%j that is nowhere ends with 66 and where was looked', (place, sentence) => {
  expect(() => findSecretPath(place, {})).toThrow(
    expect.objectContaining({ exitCode: 66, message: expect.stringContaining(sentence) }),
  );
});
