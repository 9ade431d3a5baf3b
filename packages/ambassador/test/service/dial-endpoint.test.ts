import { duplexPair } from 'node:stream';
import type { DialService } from '@mdns-ambassador/checks';
import { formatTarget, RelayError, type Target } from '@mdns-ambassador/relay';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { dialAnyAddress } from '../../src/service/dial-endpoint.ts';
import { endpoint } from '../pool/fixtures.ts';

const NOWHERE: Target = { kind: 'unix', path: '/not/asked/for' };

/** A network: what each place does with a dial; places that it does not know are silent. */
function createWorld(places: Readonly<Record<string, 'accepts' | 'refuses'>>) {
  const clock = new ManualClock();
  const dialled: string[] = [];
  const given: string[] = [];
  const dial: DialService = (target, signal) => {
    const place = formatTarget(target);
    dialled.push(place);
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        given.push(place);
        reject(new RelayError('ABORTED', 'given up'));
      });
      if (places[place] === 'accepts') resolve(duplexPair()[0]);
      if (places[place] === 'refuses') reject(new RelayError('ECONNREFUSED', 'refused'));
    });
  };
  const abort = new AbortController();
  const run = (addresses: readonly string[]) =>
    dialAnyAddress(endpoint('a', { addresses }), dial, clock)(NOWHERE, abort.signal);
  return { clock, dialled, given, abort, run };
}

test('the first address that answers is enough', async () => {
  const { clock, dialled, run } = createWorld({ '10.0.0.1:6379': 'accepts' });
  await run(['10.0.0.1', 'fd00::1']);
  await clock.advance(1_000);
  expect(dialled).toEqual(['10.0.0.1:6379']);
  expect(clock.pendingTimers).toBe(0);
});

test('an address that refuses is followed by the next at once', async () => {
  const { dialled, run } = createWorld({ '10.0.0.1:6379': 'refuses', '[fd00::1]:6379': 'accepts' });
  await run(['10.0.0.1', 'fd00::1']);
  expect(dialled).toEqual(['10.0.0.1:6379', '[fd00::1]:6379']);
});

test('a silent address has the next beside it after 50 ms, and is given up when that answers', async () => {
  const { clock, dialled, given, run } = createWorld({ '[fd00::1]:6379': 'accepts' });
  const connection = run(['10.0.0.1', 'fd00::1']);
  await clock.advance(49);
  expect(dialled).toHaveLength(1);
  await clock.advance(1);
  await connection;
  expect(given).toContain('10.0.0.1:6379');
});

test('when all have refused, the last refusal is the reason', async () => {
  const { run } = createWorld({ '10.0.0.1:6379': 'refuses', '[fd00::1]:6379': 'refuses' });
  await expect(run(['10.0.0.1', 'fd00::1'])).rejects.toThrow('refused');
});

test('when the time is up all are given up, and no timer is left', async () => {
  const { clock, given, abort, run } = createWorld({});
  const connection = run(['10.0.0.1', 'fd00::1', 'fd00::2']);
  const failed = expect(connection).rejects.toThrow();
  await clock.advance(60);
  abort.abort();
  await failed;
  expect(given).toEqual(['10.0.0.1:6379', '[fd00::1]:6379']);
  expect(clock.pendingTimers).toBe(0);
});

test('nobody is dialled after the time is up', async () => {
  const { dialled, abort, run } = createWorld({ '10.0.0.1:6379': 'accepts' });
  abort.abort();
  await expect(run(['10.0.0.1'])).rejects.toThrow();
  expect(dialled).toEqual([]);
});
