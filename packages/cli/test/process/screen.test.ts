import { expect, test } from 'vitest';
import { formatFrame } from '../../src/process/screen.ts';

test('nothing is cleared behind a text, whose last character xterm would take with it where it fills the line', () => {
  expect(formatFrame(['ambassador', 'q quit'])).toBe('\u001b[H\u001b[Kambassador\r\n\u001b[Jq quit');
});
