import { expect, test } from 'vitest';
import type { Option } from '../../src/options/option.ts';
import { describeStrayVariables, hasUnreadVariable } from '../../src/settings/stray-variables.ts';

const OPTIONS: readonly Option[] = ['mesh-key-file', 'interface', 'peer-port'].map((name) => ({
  name,
  kind: 'text',
  summary: '',
}));

test('a misspelt variable is told of, without its value', () => {
  const env = { AMBASSADOR_MESH_KEYFILE: 'secret', AMBASSADOR_INTERFACE: 'eth0' };
  expect(hasUnreadVariable(env, OPTIONS)).toBe(true);
  expect(describeStrayVariables(env, OPTIONS)).toEqual([
    'AMBASSADOR_MESH_KEYFILE is not read by anything; did you mean AMBASSADOR_MESH_KEY_FILE?',
  ]);
});

test('what is right, empty, or nothing of ours is not', () => {
  const env = {
    AMBASSADOR_INTERFACE: 'eth0',
    AMBASSADOR_INTERFACES: '',
    AMBASSADOR_NAMESPACE: 'of another program',
    AMBASSADOR_PEER_PORT: '1',
    AMBASSADOR_PORT: 'tcp://10.0.0.1:80',
    AMBASSADOR_PORT_80_TCP: 'tcp://10.0.0.1:80',
    AMBASSADOR_SERVICE_HOST: '10.0.0.1',
    AMBASSADOR_SERVICE_PORT: '80',
    OTHER: '',
  };
  expect(describeStrayVariables(env, OPTIONS)).toEqual([]);
  expect(hasUnreadVariable({ AMBASSADOR_INTERFACE: 'eth0', AMBASSADOR_SERVICE_HOST: 'a' }, OPTIONS)).toBe(false);
});

test('an environment full of them is no page of lines', () => {
  const env = Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`AMBASSADOR_INTERFACE${n}`, 'x']));
  expect(describeStrayVariables(env, OPTIONS)).toHaveLength(3);
});
