import type { CheckOptions } from '@mdns-ambassador/checks';
import { answerTo, staySilent } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { createTargetCheck, type TargetCheck } from '../src/target-check.ts';
import { FakeHost } from './fake-host.ts';

const target = { kind: 'tcp', address: '127.0.0.1', port: 12345 } as const;
const PLACE = '127.0.0.1:12345';

function arrange(
  check: CheckOptions,
  isCheckGuessed: boolean,
): { readonly host: FakeHost; readonly targetCheck: TargetCheck } {
  const host = new FakeHost();
  return { host, targetCheck: createTargetCheck({ check, isCheckGuessed }, host) };
}

async function ask(targetCheck: TargetCheck): Promise<string> {
  const abort = new AbortController();
  const asked = targetCheck(target, abort.signal);
  setTimeout(() => abort.abort(), 5);
  const { outcome } = await asked;
  return outcome.ok ? 'up' : outcome.reason;
}

describe('A check that nobody asked for', () => {
  test('leaves a service of another protocol up, and does not ask it again', async () => {
    const { host, targetCheck } = arrange({ kind: 'redis' }, true);
    let asked = 0;
    host.listen(PLACE, (connection) => {
      connection.on('data', () => {
        asked += 1;
        connection.write('400 what?\r\n');
      });
    });
    expect([await ask(targetCheck), await ask(targetCheck), await ask(targetCheck)]).toEqual(['up', 'up', 'up']);
    expect(asked).toBe(1);
  });

  test.each([
    ['says nothing', staySilent],
    ['hangs up', (connection: { end(): void }) => connection.end()],
  ])('leaves one up that accepts and %s', async (_, behaviour) => {
    const { host, targetCheck } = arrange({ kind: 'redis' }, true);
    host.listen(PLACE, behaviour);
    expect(await ask(targetCheck)).toBe('up');
  });

  test('takes one down that has answered before and falls silent', async () => {
    const { host, targetCheck } = arrange({ kind: 'redis' }, true);
    host.listen(PLACE, answerTo(/PING/, '+PONG\r\n'));
    expect(await ask(targetCheck)).toBe('up');
    host.listen(PLACE, staySilent);
    expect(await ask(targetCheck)).toMatch(/does not answer in time/);
  });

  test('takes one down that says in its own protocol that it is unwell', async () => {
    const { host, targetCheck } = arrange({ kind: 'redis' }, true);
    host.listen(PLACE, answerTo(/PING/, '-LOADING soon\r\n'));
    expect(await ask(targetCheck)).toMatch(/loading/);
  });

  test('takes one down that is not there', async () => {
    expect(await ask(arrange({ kind: 'redis' }, true).targetCheck)).toMatch(/nothing listens/);
  });
});

test('A check that was asked for takes down a service of another protocol', async () => {
  const { host, targetCheck } = arrange({ kind: 'redis' }, false);
  host.listen(PLACE, answerTo(/PING/, '400 what?\r\n'));
  expect(await ask(targetCheck)).toMatch(/does not answer PING as redis does/);
});
