import { expect, test } from 'vitest';
import type { Option } from '../../src/options/option.ts';
import { readEnvironment } from '../../src/settings/environment.ts';
import { isOfService } from '../../src/settings/service-link.ts';
import { hasUnreadVariable } from '../../src/settings/stray-variables.ts';

const OPTIONS: readonly Option[] = [{ name: 'peer-port', kind: 'text', summary: '' }];

/** What Kubernetes writes for a service with one port. */
function describeService(name: string, port: number): NodeJS.ProcessEnv {
  return {
    [`${name}_SERVICE_HOST`]: '10.0.0.1',
    [`${name}_SERVICE_PORT`]: `${port}`,
    [`${name}_SERVICE_PORT_PEER_LINK`]: `${port}`,
    [`${name}_PORT`]: `tcp://10.0.0.1:${port}`,
    [`${name}_PORT_${port}_TCP`]: `tcp://10.0.0.1:${port}`,
    [`${name}_PORT_${port}_TCP_PROTO`]: 'tcp',
    [`${name}_PORT_${port}_TCP_PORT`]: `${port}`,
    [`${name}_PORT_${port}_TCP_ADDR`]: '10.0.0.1',
  };
}

test.each(['AMBASSADOR', 'AMBASSADOR_PEER', 'AMBASSADOR_ADMIN'])(
  'what is written for the service %s sets nothing',
  (name) => {
    const env = describeService(name, 5350);
    expect(Object.keys(env).filter((one) => !isOfService(one, env))).toEqual([]);
    expect(readEnvironment(env, OPTIONS).find('peer-port')).toEqual([]);
    expect(hasUnreadVariable(env, OPTIONS)).toBe(false);
  },
);

test('a link of Docker has no SERVICE_HOST', () => {
  const env = { AMBASSADOR_PEER_PORT: 'tcp://172.17.0.2:5350', AMBASSADOR_PEER_PORT_5350_TCP_ADDR: '172.17.0.2' };
  expect(Object.keys(env).filter((one) => !isOfService(one, env))).toEqual([]);
});

test('a pod that sets the port itself is heard', () => {
  const env = { ...describeService('AMBASSADOR_PEER', 5350), AMBASSADOR_PEER_PORT: '5351' };
  expect(isOfService('AMBASSADOR_PEER_PORT', env)).toBe(false);
  expect(readEnvironment(env, OPTIONS).find('peer-port')).toMatchObject([{ text: '5351' }]);
});
