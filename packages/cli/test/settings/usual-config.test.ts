import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { EXIT_USAGE } from '../../src/exit/exit-codes.ts';
import { type Layer, Settings } from '../../src/settings/settings.ts';
import { type ConfigPlace, findConfig, nameSystemConfig, nameUserConfig } from '../../src/settings/usual-config.ts';

const ENV = { XDG_CONFIG_HOME: '/home/anna/.config' };
const USER = nameUserConfig(ENV);
const SYSTEM = '/etc/ambassador/ambassador.yaml';

function find(there: readonly string[], given?: string): ConfigPlace {
  const layer: Layer = {
    find: (option) =>
      option === 'config' && given !== undefined ? [{ text: given, origin: '--config', exitCode: EXIT_USAGE }] : [],
  };
  const isThere = (path: string): boolean => there.includes(path);
  return findConfig(new Settings([layer]), { env: ENV, platform: 'linux', isThere });
}

test('the file of up is the named one, else the one here, else the user’s, else the machine’s', () => {
  const all = ['./ambassador.yaml', USER, SYSTEM];
  expect(find(all, 'mesh.yaml')).toEqual({ file: 'mesh.yaml', isFound: false });
  expect(find(all)).toEqual({ file: './ambassador.yaml', isFound: false });
  expect(find([USER, SYSTEM])).toEqual({ file: USER, isFound: true });
  expect(find([SYSTEM])).toEqual({ file: SYSTEM, isFound: true });
});

test('where there is none, it is said where one may stand', () => {
  expect(() => find([])).toThrow(
    `no ambassador.yaml in this folder, and neither ${USER} nor ${SYSTEM}; write one of them, or name a file with --config`,
  );
});

test('the file of the user is beside the mesh key, that of the machine where the platform keeps such files', () => {
  expect(nameUserConfig({})).toBe(`${homedir()}/.config/ambassador/ambassador.yaml`);
  expect(nameSystemConfig({}, 'darwin')).toBe(SYSTEM);
  expect(nameSystemConfig({ ProgramData: 'D:\\Data' }, 'win32')).toBe('D:\\Data\\ambassador\\ambassador.yaml');
});
