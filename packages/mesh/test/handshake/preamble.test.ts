import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineBuffer } from '../../src/handshake/line-buffer.ts';
import {
  formatAnswer,
  formatRequest,
  MAX_REQUEST_BYTES,
  parseAnswer,
  parseRequest,
} from '../../src/handshake/preamble.ts';

/** `npm test` runs a part of it; FUZZ_STREAMS=100000 the whole. */
const STREAMS = Number(process.env.FUZZ_STREAMS ?? 5_000);

const line = (text: string): Uint8Array => Buffer.from(text);
const serviceName = fc.stringMatching(/^[a-z0-9]{1,8}(?:-[a-z0-9]{1,6})?$/);

describe('A request', () => {
  test('is the line of the contract', () => {
    expect(formatRequest({ service: 'redis', warm: false })).toBe('{"v":1,"svc":"redis"}\n');
    expect(formatRequest({ service: 'redis', warm: true })).toBe('{"v":1,"svc":"redis","warm":true}\n');
  });

  test('is read in any spelling of JSON, whatever else it says', () => {
    expect(parseRequest(line(' {"inst":"x", "svc" : "redis","v":1.0,"later":[1]} \r'))).toEqual({
      service: 'redis',
      warm: false,
    });
  });

  test.each([
    ['', 'its request is no JSON'],
    ['GET / HTTP/1.1', 'its request is no JSON'],
    ['{"v":1,"svc":"redis"', 'its request is no JSON'],
    ['null', 'its request is no object'],
    ['[]', 'its request is not of version 1'],
    ['{"v":2,"svc":"redis"}', 'its request is not of version 1'],
    ['{"v":"1","svc":"redis"}', 'its request is not of version 1'],
    ['{"v":1}', 'its request names no service'],
    ['{"v":1,"svc":"Redis"}', 'its request names no service'],
    ['{"v":1,"svc":"a b"}', 'its request names no service'],
    ['{"__proto__":{"v":1,"svc":"redis"}}', 'its request is not of version 1'],
    [`{"v":1,"svc":"redis","x":${'['.repeat(20)}${']'.repeat(20)}}`, 'its request is too deep'],
  ])('%s is none', (text, reason) => {
    expect(parseRequest(line(text))).toBe(reason);
  });

  test('of bytes that are no UTF-8 is none', () => {
    expect(parseRequest(Uint8Array.of(0x7b, 0xff, 0x7d))).toBe('its request is no JSON');
  });
});

describe('An answer', () => {
  test.each(['ready', 'busy', 'down', 'denied', 'draining'] as const)('%s is read back', (answer) => {
    expect(parseAnswer(line(formatAnswer(answer).slice(0, -1)))).toBe(answer);
  });

  test('that a later version may give is a refusal', () => {
    expect(parseAnswer(line('-later'))).toBe('down');
  });

  test.each(['', '++', '-', '-BUSY', '-ERR unknown command', '+PONG', '\u0000+'])('%j is none', (text) => {
    expect(parseAnswer(line(text))).toBeUndefined();
  });
});

describe('In whatever pieces it comes', () => {
  test('a request is the same, and what follows it is kept byte for byte', () => {
    fc.assert(
      fc.property(
        serviceName,
        fc.boolean(),
        fc.uint8Array({ maxLength: 40 }),
        fc.array(fc.nat({ max: 20 })),
        (service, warm, rest, cuts) => {
          const bytes = Buffer.concat([Buffer.from(formatRequest({ service, warm })), rest]);
          const { state, after } = feed(bytes, cuts);
          expect(state.kind).toBe('line');
          if (state.kind !== 'line') return;
          expect(parseRequest(state.line)).toEqual({ service, warm });
          expect(Buffer.concat([state.rest, after])).toEqual(Buffer.from(rest));
        },
      ),
    );
  });

  test('nothing that anybody sends throws, or is kept beyond its bound', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 700 }),
      fc.string({ maxLength: 600 }).map((text) => Buffer.from(text)),
      fc.json({ maxDepth: 6 }).map((text) => Buffer.from(`${text}\n`)),
      fc.json().map((text) => Buffer.from(`{"v":1,"svc":${text}}\n`)),
    );
    fc.assert(
      fc.property(noise, fc.array(fc.nat({ max: 50 }), { maxLength: 8 }), (bytes, cuts) => {
        const { state, fed } = feed(Buffer.from(bytes), cuts);
        if (state.kind === 'more') expect(fed).toBeLessThan(MAX_REQUEST_BYTES);
        if (state.kind !== 'line') return;
        expect(state.line.length).toBeLessThan(MAX_REQUEST_BYTES);
        const request = parseRequest(state.line);
        if (typeof request !== 'string') expect(request.service).toMatch(/^[a-z0-9-]{1,63}$/);
        parseAnswer(state.line);
      }),
      { numRuns: STREAMS },
    );
  });
});

/** Gives the bytes piece by piece until there is a verdict. */
function feed(
  bytes: Buffer,
  cuts: readonly number[],
): { readonly state: ReturnType<LineBuffer['push']>; readonly after: Buffer; readonly fed: number } {
  const buffer = new LineBuffer(MAX_REQUEST_BYTES);
  let at = 0;
  let state: ReturnType<LineBuffer['push']> = { kind: 'more' };
  for (const cut of [...cuts, bytes.length]) {
    const end = Math.min(bytes.length, at + cut);
    state = buffer.push(bytes.subarray(at, end));
    at = end;
    if (state.kind !== 'more') break;
  }
  return { state, after: bytes.subarray(at), fed: at };
}
