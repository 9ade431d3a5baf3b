import { expect, test } from 'vitest';
import { parseTarget } from '../../../../src/commands/doctor/host/target.ts';

test.each([
  ['anna.local', 'anna.local', 5350],
  ['anna', 'anna', 5350],
  ['anna.local:5351', 'anna.local', 5351],
  ['192.168.7.20', '192.168.7.20', 5350],
  ['192.168.7.20:80', '192.168.7.20', 80],
  ['fd00::2', 'fd00::2', 5350],
  ['[fd00::2]', 'fd00::2', 5350],
  ['[fd00::2]:5351', 'fd00::2', 5351],
  ['fe80::2%eth0', 'fe80::2%eth0', 5350],
  ['[fe80::2%eth0]:5351', 'fe80::2%eth0', 5351],
])('%s', (text, host, port) => {
  expect(parseTarget(text)).toEqual({ host, port });
});

test.each(['', ' ', 'a b', 'anna:0', 'anna:99999', '1.2.3', 'fe80::2', '[fe80::2]:5351', '[anna]', 'http://anna'])(
  '"%s" is refused in one sentence',
  (text) => {
    expect(() => parseTarget(text)).toThrow(/^[^\n]{10,200}$/);
  },
);
