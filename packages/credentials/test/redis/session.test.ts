import { expect, test } from 'vitest';
import { RedisSession } from '../../src/redis/session.ts';

function open() {
  const said = { client: '', upstream: '' };
  const session = new RedisSession({
    toClient: (bytes) => {
      said.client += bytes.toString('latin1');
    },
    toUpstream: (bytes) => {
      said.upstream += bytes.toString('latin1');
    },
    logIn: async () => true,
    released: () => undefined,
    ended: () => undefined,
    moved: () => undefined,
    tlsClient: () => undefined,
  });
  return { session, said };
}

test.each(['hello, I am no Redis\n', '+OK\r\nhello, I am no Redis\n'])(
  'a service that says %j is not understood, and gets what was held of the client',
  (words) => {
    const { session, said } = open();
    session.takeClient(Buffer.from('*2\r\n$4\r\nAUTH\r\n$6\r\nsec'));
    expect(said.upstream).toBe('');
    session.takeUpstream(Buffer.from(words));
    session.takeClient(Buffer.from('ret\r\n'));
    expect(said).toEqual({ client: words, upstream: '*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n' });
  },
);
