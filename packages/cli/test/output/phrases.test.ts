import { expect, test } from 'vitest';
import { quoteHint } from '../../src/output/phrases.ts';

test.each([
  ['linux', '/home/anna/mesh.key', '/home/anna/mesh.key'],
  ['linux', "/tmp/it's mine", "'/tmp/it'\\''s mine'"],
  ['linux', 'C:\\x', "'C:\\x'"],
  ['win32', 'C:\\users\\anna\\.config\\ambassador\\mesh.key', 'C:\\users\\anna\\.config\\ambassador\\mesh.key'],
  ['win32', 'C:\\Program Files\\m.key', '"C:\\Program Files\\m.key"'],
] as const)('on %s the word %s is to be typed as %s', (platform, word, typed) => {
  expect(quoteHint(word, platform)).toBe(typed);
});
