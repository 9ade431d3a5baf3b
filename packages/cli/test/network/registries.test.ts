import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliError } from '../../src/exit/cli-error.ts';
import { Registries } from '../../src/network/registries.ts';
import { parseEtcd, withLoginFile } from '../../src/parse/registry.ts';

let folder: string;
let warnings: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ambassador-login-'));
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Opens a registry at this URL with a file of this content and mode; what it says against it. */
async function open(
  url: string,
  content: string,
  mode = 0o600,
  env: NodeJS.ProcessEnv = {},
  times = 1,
): Promise<string> {
  const path = join(folder, 'login');
  writeFileSync(path, content);
  chmodSync(path, mode);
  const log = { warn: (fields: object, message: string) => warnings.push(`${JSON.stringify(fields)} ${message}`) };
  const registries = new Registries({ env, platform: 'linux' }, log);
  try {
    for (let count = 1; count <= times; count++)
      await registries.open(withLoginFile(parseEtcd(url, url), path)).close();
    return '';
  } catch (error) {
    if (error instanceof CliError) return `${error.exitCode} ${error.message}`;
    throw error;
  }
}

describe('the file of a login', () => {
  test.each(['me:secret', 'me:secret\n', 'me:secret\r\n', 'me:se:cret x'])('may hold %j', async (content) => {
    expect(await open('http://127.0.0.1:2379/s', content)).toBe('');
    expect(warnings).toEqual([]);
  });

  test.each(['secret', ':secret', 'secret:', 'me:secret\nyou:secret\n', 'me:secret\n\n'])(
    'may not hold %j, which is not repeated',
    async (content) => {
      expect(await open('http://127.0.0.1:2379/s', content)).toMatch(
        /^78 (?!.*secret).*login holds something else than one line USER:PASSWORD/,
      );
    },
  );

  test('is refused where others may read it, but for where the system keeps secrets', async () => {
    const url = 'http://127.0.0.1:2379/s';
    expect(await open(url, 'me:secret', 0o640)).toMatch(/^77 .*others may read it; run chmod 600/);
    expect(await open(url, 'me:secret', 0o440, { CREDENTIALS_DIRECTORY: folder })).toBe('');
    expect(await open(url, 'me:secret', 0o444, { CREDENTIALS_DIRECTORY: folder })).toBe('');
  });
});

test('a login that can be read on the way is told of once', async () => {
  expect(await open('http://10.0.0.1:2379/s', 'me:secret', 0o600, {}, 3)).toBe('');
  expect(warnings).toEqual([
    '{"registry":"etcd:http://10.0.0.1:2379"} the user and the password of a registry can be read on the way: give it an https:// URL',
  ]);
});
