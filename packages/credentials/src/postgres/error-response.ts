import { encodeMessage, endString } from './message.ts';

/** What a server says when it does not go on (PostgreSQL 55.8). */
export interface ServerError {
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
}

/** `28P01` and its like, as appendix A of PostgreSQL's manual names them. */
export const SQLSTATE = {
  invalidPassword: '28P01',
  connectionFailure: '08006',
  protocolViolation: '08P01',
  featureNotSupported: '0A000',
} as const;

export function encodeError({ code, message }: ServerError): Buffer {
  const fields = { S: 'FATAL', V: 'FATAL', C: code, M: `ambassador: ${message}` };
  const parts = Object.entries(fields).map(([name, value]) => endString(`${name}${value}`));
  return encodeMessage('E', ...parts, Buffer.of(0));
}

/** Never fails: what is missing is empty. */
export function parseError(body: Buffer): ServerError {
  const fields = new Map<string, string>();
  for (const part of body.toString('utf8').split('\0')) {
    const name = part.slice(0, 1);
    if (name !== '' && !fields.has(name)) fields.set(name, part.slice(1));
  }
  return { code: fields.get('C') ?? '', message: fields.get('M') ?? '' };
}

/**
 * Whether the login itself was refused, by which another password may help. The class is 28, and 57 or 53 say that the server
 * has no time or room.
 */
export function isLoginError({ code }: ServerError): boolean {
  return code.startsWith('28');
}

/** Starting up, shutting down, too many connections: another server may do better. */
export function isPassingError({ code }: ServerError): boolean {
  return code.startsWith('57') || code.startsWith('53');
}
