import { expect, test } from 'vitest';
import type { AdminAnswer } from '../../src/process/admin-client.ts';
import { readSaid } from '../../src/process/ask-sockets.ts';

function answer(status: number, body: string): AdminAnswer {
  return { kind: 'answered', status, body };
}

test('an object is read of a process that says that all is well', () => {
  expect(readSaid(answer(200, '{"services":[]}'))).toEqual({ services: [] });
});

test.each<readonly [string, AdminAnswer]>([
  ['what it says with another status', answer(503, '{"services":[]}')],
  ['what is no JSON', answer(200, '{')],
  ['what is nothing', answer(200, '')],
  ['a list', answer(200, '[]')],
  ['null', answer(200, 'null')],
  ['silence', { kind: 'silent' }],
])('%s is not', (_, said) => {
  expect(readSaid(said)).toBeUndefined();
});
