import { expect, test } from 'vitest';
import { type LocalService, listServiceVariables } from '../../../src/commands/run/service-variables.ts';

const at = (service: string, port: number, prefix?: string): LocalService => ({
  service,
  host: '127.0.0.1',
  port,
  prefix,
});
const variables = (...services: readonly LocalService[]): object => Object.fromEntries(listServiceVariables(services));

test('a service is told of by host, port and URL', () => {
  expect(variables(at('redis', 4001), at('my-queue', 4002))).toEqual({
    REDIS_HOST: '127.0.0.1',
    REDIS_PORT: '4001',
    REDIS_URL: 'redis://127.0.0.1:4001',
    MY_QUEUE_HOST: '127.0.0.1',
    MY_QUEUE_PORT: '4002',
    MY_QUEUE_URL: 'tcp://127.0.0.1:4002',
  });
});

test('the one database is DATABASE_URL, and its own programs find it', () => {
  expect(variables(at('redis', 4001), at('postgres', 4002))).toMatchObject({
    DATABASE_URL: 'postgresql://127.0.0.1:4002',
    PGHOST: '127.0.0.1',
    PGPORT: '4002',
    POSTGRES_URL: 'postgresql://127.0.0.1:4002',
  });
});

test('of two databases none is DATABASE_URL', () => {
  expect(variables(at('postgres', 4001), at('mysql', 4002))).not.toHaveProperty('DATABASE_URL');
});

test('a prefix that was asked for is all that is set', () => {
  expect(variables(at('postgres', 4001, 'ANALYTICS'))).toEqual({
    ANALYTICS_HOST: '127.0.0.1',
    ANALYTICS_PORT: '4001',
    ANALYTICS_URL: 'postgresql://127.0.0.1:4001',
  });
});

test('what goes by several names is told under each that its programs read', () => {
  expect(variables(at('rabbitmq', 4001))).toMatchObject({ AMQP_URL: 'amqp://127.0.0.1:4001', RABBITMQ_PORT: '4001' });
  expect(variables(at('ollama', 4001))).toMatchObject({ OLLAMA_HOST: '127.0.0.1:4001', OLLAMA_PORT: '4001' });
});

test('of two services that would set one variable the first sets it', () => {
  expect(variables(at('postgres', 4001), at('pg', 4002))).toMatchObject({ PGPORT: '4001', PG_PORT: '4002' });
});

test('an IPv6 address stands in brackets in a URL alone', () => {
  expect(variables({ service: 'web', host: '::1', port: 80 })).toEqual({
    WEB_HOST: '::1',
    WEB_PORT: '80',
    WEB_URL: 'http://[::1]:80',
  });
});
