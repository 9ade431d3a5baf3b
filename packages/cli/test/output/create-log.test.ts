import { expect, test } from 'vitest';
import { createLog, type LogOptions } from '../../src/output/create-log.ts';
import { createPrinter } from '../../src/output/printer.ts';

/** Whether the writer is open is seen by what it asks of its printer. */
function createWorld(options: LogOptions) {
  const written: string[] = [];
  const state = { isOpen: false };
  const plain = createPrinter({ write: () => true }, {});
  const printer = {
    ...plain,
    isTerminal: true,
    get hasColours() {
      state.isOpen = true;
      return plain.hasColours;
    },
  };
  const log = createLog(options, printer, { write: (text) => written.push(text) });
  return { log, state, written };
}

test('what writes the log is opened with the first message of its level', () => {
  const { log, state, written } = createWorld({});
  log.info({}, 'found');
  expect(state.isOpen).toBe(false);
  log.warn({ place: 'h1' }, 'lost');
  expect(state.isOpen).toBe(true);
  expect(written).toEqual([expect.stringContaining('lost {"place":"h1"}')]);
});

test('it can be opened before that, but for a log that says nothing', () => {
  const opens: (() => void)[] = [];
  const onReady = (open: () => void): void => void opens.push(open);
  createWorld({ level: 'silent', onReady });
  expect(opens).toEqual([]);
  const { state, written } = createWorld({ onReady });
  for (const open of opens) open();
  expect({ isOpen: state.isOpen, written }).toEqual({ isOpen: true, written: [] });
});
