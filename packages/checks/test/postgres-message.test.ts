import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  readErrorText,
  readFirstColumn,
  readPostgresMessages,
  writePostgresMessage,
  writeStartup,
} from '../src/postgres-message.ts';

test('a startup message is its length, the version, and names and values', () => {
  expect(writeStartup({ user: 'me' }).toString('hex')).toBe('00000011' + '00030000' + '7573657200' + '6d6500' + '00');
});

test('a message is its type, its length and its body', () => {
  expect(writePostgresMessage('X').toString('hex')).toBe('5800000004');
  expect(writePostgresMessage('Q', 'a\0').toString('hex')).toBe('51000000066100');
});

test('messages are read back whole; what is not whole yet is left', () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  const types = fc.constantFrom('R', 'S', 'K', 'Z', 'D', 'E', 'N');
  fc.assert(
    fc.property(fc.array(fc.tuple(types, bytes), { maxLength: 8 }), fc.nat(400), (written, cut) => {
      const parts = written.map(([type, body]) => {
        const head = Buffer.alloc(5);
        head.write(type, 'latin1');
        head.writeUInt32BE(4 + body.length, 1);
        return Buffer.concat([head, body]);
      });
      const all = Buffer.concat(parts);
      const { messages, isBroken } = readPostgresMessages(all.subarray(0, cut));
      expect(isBroken).toBe(false);
      const ends = parts.map((_, index) => parts.slice(0, index + 1).reduce((sum, part) => sum + part.length, 0));
      const whole = ends.filter((end) => end <= cut);
      expect(messages.map(({ type }) => type)).toEqual(written.slice(0, whole.length).map(([type]) => type));
      expect(messages.map(({ body }) => [...body])).toEqual(
        written.slice(0, whole.length).map(([, body]) => [...body]),
      );
    }),
  );
});

test('whatever comes, nothing throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const { messages } = readPostgresMessages(Buffer.from(bytes));
      for (const { body } of messages) {
        readErrorText(body);
        readFirstColumn(body);
      }
      readErrorText(Buffer.from(bytes));
      readFirstColumn(Buffer.from(bytes));
    }),
  );
});
