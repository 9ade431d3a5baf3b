import { describe, expect, test } from 'vitest';
import type { Log } from '../../src/output/log.ts';
import { createPrinter } from '../../src/output/printer.ts';
import { createReporter } from '../../src/output/reporter.ts';

const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function createWorld(isJson: boolean) {
  const lines: string[] = [];
  const stdout = createPrinter({ write: (text) => lines.push(text.trimEnd()) > 0 }, {});
  const time = { now: 0 };
  return { lines, time, reporter: createReporter(stdout, SILENT, isJson, undefined, () => time.now) };
}

describe('the reporter', () => {
  test('tells people 32 lines of a kind in a minute, and that there are more', () => {
    const { lines, time, reporter } = createWorld(false);
    for (let index = 0; index < 1_000; index++) reporter.tell(`found ${index}`, { event: 'endpoint-added' });
    expect(lines).toHaveLength(33);
    expect(lines.at(-1)).toBe('(more like this are not told for a while)');
    reporter.tell('listening', { event: 'listening' });
    expect(lines.at(-1)).toBe('listening');
    time.now = 60_000;
    reporter.tell('found again', { event: 'endpoint-added' });
    expect(lines.slice(-2)).toEqual(['(968 more like the next were not told)', 'found again']);
  });

  test('tells programs 600 facts of a kind in a minute, when it leaves some out, and how many they were', () => {
    const { lines, time, reporter } = createWorld(true);
    for (let index = 0; index < 1_000; index++) reporter.tell(undefined, { event: 'endpoint-added', index });
    expect(lines).toHaveLength(601);
    expect(lines.at(-1)).toBe('{"event":"leaving-out","of":"endpoint-added"}');
    reporter.tell(undefined, { event: 'listening' });
    expect(lines.at(-1)).toBe('{"event":"listening"}');
    time.now = 60_000;
    // Another kind, too, brings the count.
    reporter.tell(undefined, { event: 'listening' });
    expect(lines.slice(-2)).toEqual([
      '{"event":"left-out","of":"endpoint-added","count":400}',
      '{"event":"listening"}',
    ]);
    reporter.tell(undefined, { event: 'endpoint-added' });
    expect(lines.at(-1)).toBe('{"event":"endpoint-added"}');
  });
});
