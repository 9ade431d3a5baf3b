import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CliError } from '../../src/exit/cli-error.ts';
import { type Layer, Settings } from '../../src/settings/settings.ts';
import { findUsualKey, isUsualKey, nameUsualKeyFile } from '../../src/settings/usual-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'usual-key-'));
afterAll(() => rmSync(folder, { recursive: true }));
const env = { XDG_CONFIG_HOME: folder };
const path = join(folder, 'ambassador', 'mesh.key');

function layerOf(values: Readonly<Record<string, string>>, origin: string, exitCode: number): Layer {
  return {
    find: (option) => {
      const text = values[option];
      return text === undefined ? [] : [{ text, origin: `${origin}${option}`, exitCode }];
    },
  };
}

/** The key file that is used, and the one that is not. */
function look(
  flags: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
  file: Readonly<Record<string, string>> = {},
): readonly (string | undefined)[] {
  const settings = new Settings(
    [layerOf(flags, '--', 64), layerOf(variables, 'AMBASSADOR_', 64)],
    [],
    findUsualKey(env),
  ).withShared(layerOf(file, 'file:1: ', 78));
  return [settings.find('mesh-key-file').at(-1)?.text, settings.findDenied('mesh-key-file')?.text];
}

test('the usual place is in the folder for configuration, else in the home', () => {
  expect(nameUsualKeyFile({})).toBe(join(homedir(), '.config', 'ambassador', 'mesh.key'));
  expect(nameUsualKeyFile(env)).toBe(path);
});

test('without a key in its usual place none is used', () => {
  expect(look({})).toEqual([undefined, undefined]);
  expect(look({ open: 'true' })).toEqual([undefined, undefined]);
});

test('the key in its usual place is used where nobody says anything, and is known as such', () => {
  mkdirSync(join(folder, 'ambassador'));
  writeFileSync(path, 'key');
  expect(look({})).toEqual([path, undefined]);
  const [given] = findUsualKey(env).find('mesh-key-file');
  expect(given !== undefined && isUsualKey(given)).toBe(true);
});

test('of --open and a key file the first place that says either decides', () => {
  expect(look({ 'mesh-key-file': 'a' })).toEqual(['a', undefined]);
  expect(look({ open: 'true' })).toEqual([undefined, path]);
  expect(look({ open: 'true' }, { 'mesh-key-file': 'b' })).toEqual([undefined, 'b']);
  expect(look({ 'mesh-key-file': 'a' }, { open: '1' })).toEqual(['a', undefined]);
  expect(look({}, { open: '1' }, { 'mesh-key-file': 'c' })).toEqual([undefined, 'c']);
  expect(look({ open: 'false' }, {}, { open: 'true' })).toEqual([undefined, path]);
  expect(look({}, { open: 'no' })).toEqual([path, undefined]);
});

test('both in one place contradict each other', () => {
  expect(() => look({ open: 'true', 'mesh-key-file': 'a' })).toThrow(
    new CliError(64, '--open and --mesh-key-file contradict each other; leave one out'),
  );
});
