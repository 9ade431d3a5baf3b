import { expect, test } from 'vitest';
import { listTargets } from '../src/http-sd.ts';
import { ANNOUNCEMENT, ENDPOINT, SERVICE, snapshot } from './fixtures.ts';

test('what is announced and what is known, in the form of Prometheus', () => {
  expect(listTargets(snapshot(), [])).toEqual([
    {
      targets: ['10.99.0.1:8000'],
      labels: {
        __meta_ambassador_service: 'web',
        __meta_ambassador_instance: 'web on h1',
        __meta_ambassador_source: 'mdns',
        __meta_ambassador_state: 'announced',
        __meta_ambassador_secure: 'false',
        __meta_ambassador_role: 'announce',
      },
    },
    {
      targets: ['10.99.0.1:12345'],
      labels: {
        __meta_ambassador_service: 'redis',
        __meta_ambassador_instance: 'redis on h1',
        __meta_ambassador_source: 'mdns',
        __meta_ambassador_state: 'ready',
        __meta_ambassador_secure: 'false',
        __meta_ambassador_role: 'proxy',
      },
    },
  ]);
});

test('of the services that were asked for', () => {
  const services = (wanted: readonly string[]) =>
    listTargets(snapshot(), wanted).map(({ labels }) => labels.__meta_ambassador_service);
  expect(services(['redis'])).toEqual(['redis']);
  expect(services(['redis', 'web'])).toEqual(['web', 'redis']);
  expect(services(['other'])).toEqual([]);
});

test('each place once, IPv6 in brackets, and none that only one interface reaches', () => {
  const endpoints = [
    ENDPOINT,
    ENDPOINT,
    { ...ENDPOINT, address: '2001:db8::1' },
    { ...ENDPOINT, address: 'fe80::1%eth0' },
  ];
  const announcements = [{ ...ANNOUNCEMENT, addresses: ['fe80::1%eth0'] }];
  const targets = listTargets(snapshot({ announcements, services: [{ ...SERVICE, endpoints }] }), []);
  expect(targets.map((group) => group.targets[0])).toEqual(['10.99.0.1:12345', '[2001:db8::1]:12345']);
});
