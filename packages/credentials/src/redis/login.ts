import type { RedisCredential } from '../credential.ts';
import type { Secret } from '../secret.ts';
import { writeCommand } from './command.ts';

/** What the reply to AUTH means. */
export type RedisLogin =
  | { readonly kind: 'accepted' }
  /** These credentials are not taken. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It says nothing about the credentials: the server is full, protected, or no Redis. */
  | { readonly kind: 'failed'; readonly reason: string };

export function writeLogin({ username }: RedisCredential, secret: Secret): Buffer {
  return writeCommand(['AUTH', ...(username === undefined ? [] : [username]), secret.reveal()]);
}

/**
 * Judges a reply by its type and first line. The server's own text is never part of a reason: a server that does not know AUTH
 * repeats its arguments.
 */
export function judgeLogin({ type, line }: { readonly type: string; readonly line: string }): RedisLogin {
  if (type === '+' && line === 'OK') return { kind: 'accepted' };
  if (type !== '-') return { kind: 'failed', reason: 'it answers AUTH as no Redis does' };
  if (/^WRONGPASS\b/.test(line)) return refuse('WRONGPASS: the user or the password is wrong, or the user is disabled');
  if (/^ERR invalid password/i.test(line)) return refuse('the password is wrong');
  if (/^ERR wrong number of arguments/i.test(line)) {
    return refuse('it knows passwords but no users (Redis before 6): leave the username out');
  }
  if (/^ERR Client sent AUTH, but no password is set/i.test(line) || /without any password configured/i.test(line)) {
    return refuse('it has no password: leave the credentials out');
  }
  if (/^ERR unknown command/i.test(line)) return refuse('it does not know AUTH');
  const code = /^[A-Z]{2,16}(?=\s|$)/.exec(line)?.[0] ?? 'ERR';
  return code === 'NOPERM' || code === 'NOAUTH'
    ? refuse(code)
    : { kind: 'failed', reason: `it answered AUTH with ${code}` };
}

function refuse(reason: string): RedisLogin {
  return { kind: 'refused', reason };
}
