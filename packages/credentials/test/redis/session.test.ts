import { expect, test } from 'vitest';
import { writeCommand } from '../../src/redis/command.ts';
import { RedisSession } from '../../src/redis/session.ts';

const LOGIN = writeCommand(['AUTH', 'app', 'ours']);

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
    login: () => LOGIN,
    nextLogin: async () => LOGIN,
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

test('a login that is followed by much in one chunk is ours, and what follows stays whole', () => {
  for (const size of [100, 20_000, 65_536, 1_000_000]) {
    const { said, session } = open();
    const rest = writeCommand(['SET', 'key', 'a'.repeat(size)]).toString();
    session.takeClient(Buffer.from(`${writeCommand(['AUTH', 'mine'])}${rest}`));
    expect(said.upstream === `${LOGIN}${rest}`, `${size} bytes`).toBe(true);
  }
});

test('what looks like a login within a value passes', () => {
  const text = `${writeCommand(['SET', 'key', `\r\n${writeCommand(['AUTH', 'mine'])}`])}AUTHOR x\r\n*2\r\n$4\r\nAUT`;
  for (const size of [1, 3, 1_000]) {
    const { said, session } = open();
    for (let at = 0; at < text.length; at += size) session.takeClient(Buffer.from(text.slice(at, at + size)));
    session.endClient();
    expect(said.upstream).toBe(text);
  }
});

test('a login that is longer than any is not waited for', () => {
  const { said, session } = open();
  const long = `*2\r\n$4\r\nAUTH\r\n$16000\r\n${'x'.repeat(10_000)}`;
  session.takeClient(Buffer.from(long));
  expect(said.upstream).toBe('');
  const longer = `*4\r\n$4\r\nAUTH\r\n$16000\r\n${'x'.repeat(16_000)}\r\n$16000\r\n${'y'.repeat(8_000)}`;
  const other = open();
  other.session.takeClient(Buffer.from(longer));
  expect(other.said.upstream).toBe(longer);
});
