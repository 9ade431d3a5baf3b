import { expect, test } from 'vitest';
import { RedisSession } from '../../src/redis/session.ts';

function open() {
  const said = { client: '', upstream: '' };
  const ends: (string | undefined)[] = [];
  const session = new RedisSession({
    toClient: (bytes) => {
      said.client += bytes.toString('latin1');
    },
    toUpstream: (bytes) => {
      said.upstream += bytes.toString('latin1');
    },
    logIn: async () => true,
    released: () => undefined,
    ended: (reply) => ends.push(reply?.toString('latin1')),
    moved: () => undefined,
    tlsClient: () => undefined,
  });
  return { session, said, ends };
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

test.each([
  ['*3\r\n$6\r\nCLIENT\r\n$5\r\nREPLY\r\n$4\r\nSKIP\r\n*1\r\n$5\r\nRESET\r\n', 1],
  ['client reply skip\r\nreset\r\n', 1],
  ['CLIENT REPLY SKIP\r\nPING\r\nRESET\r\n', 0],
  ['CLIENT REPLY SKIP\r\n\r\nRESET\r\n', 0],
  ['CLIENT REPLY OFF\r\nRESET\r\n', 0],
  ['CLIENT NO-EVICT on\r\nRESET\r\n', 0],
])('a RESET that is not replied to is not waited for: %j', (text, count) => {
  for (const size of [1, 7, 1_000]) {
    const { ends, session } = open();
    for (let at = 0; at < text.length; at += size) session.takeClient(Buffer.from(text.slice(at, at + size)));
    expect(ends).toHaveLength(count);
    expect(ends.every((reply) => reply?.startsWith('-ERR ambassador: ') === true)).toBe(true);
    expect(session.isHolding).toBe(count === 0);
  }
});
