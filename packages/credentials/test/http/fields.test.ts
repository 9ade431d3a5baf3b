import { expect, test } from 'vitest';
import { forwardRequestFields, forwardResponseFields, forwardTrailers, readFraming } from '../../src/http/fields.ts';

test("the client's own Authorization is replaced, however often and in whatever case it stands there", () => {
  const fields = ['Host', 'a:80', 'authorization', 'Basic x', 'AUTHORIZATION', 'y', 'Accept', '*/*'];
  expect(forwardRequestFields(fields, { authorization: 'Bearer t', hasTrailers: false })).toEqual([
    'Host',
    'a:80',
    'Accept',
    '*/*',
    'Authorization',
    'Bearer t',
  ]);
});

test('fields of one hop end here, and so do those that Connection names', () => {
  const fields = [
    'Connection',
    'close, X-Hop',
    'Keep-Alive',
    '5',
    'X-Hop',
    '1',
    'TE',
    'gzip',
    'Upgrade',
    'h2c',
    'X',
    '2',
  ];
  expect(forwardResponseFields(fields, false)).toEqual(['X', '2']);
});

test('Connection can name neither the host nor what says how long a body is', () => {
  const fields = ['Connection', 'host, content-length', 'Host', 'a', 'Content-Length', '3'];
  expect(forwardResponseFields(fields, false)).toEqual(['Host', 'a', 'Content-Length', '3']);
});

test('repeated fields keep their number, order and case', () => {
  const fields = ['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'X-Mixed', 'v'];
  expect(forwardResponseFields(fields, false)).toEqual(fields);
});

test('a trailer brings no credentials and no framing', () => {
  const fields = ['Digest', 'x', 'Authorization', 'y', 'Content-Length', '1', 'Transfer-Encoding', 'chunked'];
  expect(forwardTrailers(fields)).toEqual([['Digest', 'x']]);
});

test.each([
  [[], '1.1', 'none'],
  [['Content-Length', '3'], '1.1', 'length'],
  [['Transfer-Encoding', 'Chunked'], '1.1', 'chunked'],
  [['Transfer-Encoding', 'chunked'], '1.0', undefined],
  [['Transfer-Encoding', 'gzip, chunked'], '1.1', undefined],
  [['Transfer-Encoding', 'xchunked'], '1.1', undefined],
  [['Transfer-Encoding', 'chunked', 'Content-Length', '3'], '1.1', undefined],
  [['Content-Length', '3', 'Content-Length', '3'], '1.1', undefined],
  [['Content-Length', '3, 3'], '1.1', undefined],
  [['Content-Length', '+3'], '1.1', undefined],
] as const)('%j in HTTP/%s has the framing %s', (fields, version, framing) => {
  expect(readFraming(fields, version)).toBe(framing);
});
