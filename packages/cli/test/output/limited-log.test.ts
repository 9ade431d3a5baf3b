import { describe, expect, test } from 'vitest';
import { limitLog } from '../../src/output/limited-log.ts';
import { LineLimit } from '../../src/output/line-limit.ts';
import type { Log } from '../../src/output/log.ts';

function createWorld() {
  const lines: (readonly [string, object, string])[] = [];
  const write =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push([level, fields, message]);
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const time = { now: 0 };
  return { lines, time, limited: limitLog(log, new LineLimit(), () => time.now) };
}

describe('the log with a limit', () => {
  test('of ten thousand warnings a minute writes 32 for each message', () => {
    const { lines, limited } = createWorld();
    for (let index = 0; index < 10_000; index++) limited.warn({ index }, 'instance not used');
    limited.warn({}, 'another');
    expect(lines).toHaveLength(33);
    expect(lines[31]).toEqual(['warn', { index: 31, moreLeftOut: true }, 'instance not used']);
  });

  test('says in the next line how many were left out', () => {
    const { lines, time, limited } = createWorld();
    for (let index = 0; index < 40; index++) limited.info({}, 'found');
    time.now = 60_000;
    limited.info({ a: 1 }, 'found');
    expect(lines.at(-1)).toEqual(['info', { a: 1, leftOut: 8 }, 'found']);
  });
});
