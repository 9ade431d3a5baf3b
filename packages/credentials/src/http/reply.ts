/** What the ambassador itself answers, when a request can't be passed on. */
export interface HttpReply {
  readonly status: number;
  readonly phrase: string;
  /** For people. */
  readonly text: string;
}

type ReplyName =
  | 'malformed'
  | 'target'
  | 'tls'
  | 'connect'
  | 'timeout'
  | 'tooLarge'
  | 'unusableSecret'
  | 'badUpstream'
  | 'fault';

export const REPLIES: Readonly<Record<ReplyName, HttpReply>> = {
  malformed: { status: 400, phrase: 'Bad Request', text: 'this request is not understood and was not passed on' },
  target: {
    status: 400,
    phrase: 'Bad Request',
    text: 'the target of this request has characters that no URL has; percent-encode them (RFC 3986 2.1)',
  },
  tls: { status: 400, phrase: 'Bad Request', text: 'this local port takes no TLS; use http:// instead of https://' },
  connect: { status: 405, phrase: 'Method Not Allowed', text: 'CONNECT is not passed on' },
  timeout: { status: 408, phrase: 'Request Timeout', text: 'the request did not come in time' },
  tooLarge: { status: 431, phrase: 'Request Header Fields Too Large', text: 'the request has too many header fields' },
  unusableSecret: { status: 502, phrase: 'Bad Gateway', text: 'the token has characters that no header can carry' },
  badUpstream: { status: 502, phrase: 'Bad Gateway', text: 'the service sent no valid response' },
  fault: { status: 502, phrase: 'Bad Gateway', text: 'an error of its own kept this request from being carried' },
};

/** What a request gets that may not act as the user of the credentials. */
export function forbid(text: string): HttpReply {
  return { status: 403, phrase: 'Forbidden', text };
}

/** The whole message, after which the connection is closed. */
export function encodeReply({ status, phrase, text }: HttpReply): Buffer {
  const body = `ambassador: ${text}\n`;
  return Buffer.from(
    `HTTP/1.1 ${status} ${phrase}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
