import { expect, test } from 'vitest';
import { readAnswer } from '../../src/process/admin-client.ts';

test.for([
  ['HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfo\u00f6', { kind: 'answered', status: 200, body: 'fo\u00f6' }],
  ['HTTP/1.1 503 Service Unavailable\r\nA: b\r\n\r\na\r\n\r\nb', { kind: 'answered', status: 503, body: 'a\r\n\r\nb' }],
  ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfoo', { kind: 'failed', code: 'its answer is cut short' }],
  ['HTTP/1.1 200 OK\r\nContent-Le', { kind: 'failed', code: 'its answer is no HTTP' }],
  ['SSH-2.0-OpenSSH_9.2\r\n', { kind: 'failed', code: 'its answer is no HTTP' }],
  ['', { kind: 'failed', code: 'its answer is no HTTP' }],
] as const)('%j is read', ([said, answer]) => {
  expect(readAnswer(Buffer.from(said))).toEqual(answer);
});
