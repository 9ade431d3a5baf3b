import { Duplex } from 'node:stream';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { staysConnected } from '../../src/on-demand/stays.ts';

class Client extends Duplex {
  override _read(): void {
    // It comes when it comes.
  }

  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }

  resetAndDestroy(): this {
    return this.destroy();
  }
}

function connect() {
  const clock = new ManualClock();
  const client = new Client({ allowHalfOpen: true });
  client.pause();
  const answers: boolean[] = [];
  const asked = staysConnected(client, clock).then((stays) => answers.push(stays));
  return { clock, client, answers, asked };
}

test('who sends a byte is a client at once, and the byte is still there', async () => {
  const { clock, client, answers } = connect();
  client.push('hello');
  await clock.advance(0);
  expect(answers).toEqual([true]);
  expect(String(client.read())).toBe('hello');
  expect(clock.pendingTimers).toBe(0);
});

test('who says nothing and stays is one, for the service may speak first', async () => {
  const { clock, answers } = connect();
  await clock.advance(25);
  expect(answers).toEqual([]);
  await clock.advance(5);
  expect(answers).toEqual([true]);
});

test('who leaves without a word is none, by an end or by a reset', async () => {
  for (const leave of [(client: Client) => client.push(null), (client: Client) => client.destroy()]) {
    const { clock, client, answers } = connect();
    await clock.advance(20);
    leave(client);
    await clock.advance(0);
    expect(answers).toEqual([false]);
    expect(clock.pendingTimers).toBe(0);
  }
});
