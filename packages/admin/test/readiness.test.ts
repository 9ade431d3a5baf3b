import { expect, test } from 'vitest';
import { listUnready } from '../src/readiness.ts';
import { ENDPOINT, SERVICE, snapshot } from './fixtures.ts';

test('ready once it runs and each service has an endpoint', () => {
  expect(listUnready(snapshot())).toEqual([]);
  expect(listUnready(snapshot({ services: [] }))).toEqual([]);
});

test('not while it starts, nor while it stops', () => {
  expect(listUnready(snapshot({ phase: 'starting' }))).toEqual(['not every listener is up yet']);
  expect(listUnready(snapshot({ phase: 'stopping' }))).toEqual(['stopping']);
});

test('every service without an endpoint is named', () => {
  const bare = (service: string) => ({ ...SERVICE, service, endpoints: [] });
  expect(listUnready(snapshot({ services: [bare('a'), SERVICE, bare('b')] }))).toEqual([
    'a has no endpoint',
    'b has no endpoint',
  ]);
});

test('an endpoint that is ejected is none; one on probation, stale or leaving is one', () => {
  const services = (state: (typeof ENDPOINT)['state']) => [{ ...SERVICE, endpoints: [{ ...ENDPOINT, state }] }];
  expect(listUnready(snapshot({ services: services('ejected') }))).toEqual(['every endpoint of redis is ejected']);
  for (const state of ['ready', 'probation', 'stale', 'draining'] as const)
    expect(listUnready(snapshot({ services: services(state) }))).toEqual([]);
});
