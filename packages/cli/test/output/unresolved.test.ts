import { expect, test } from 'vitest';
import { describeUnresolved } from '../../src/output/instance-lines.ts';

test('An instance without a place is named, and what nobody said of it', () => {
  expect(describeUnresolved([{ name: 'lamp', host: undefined }], '2s')).toEqual([
    '"lamp" is announced, but nobody said within 2s on which host and port it is',
  ]);
  expect(describeUnresolved([{ name: 'a\u001b[2J', host: '10.0.0.9\n' }], '2s')).toEqual([
    expect.stringMatching(
      /^"a[^\p{Cc}]+" is announced at 10\.0\.0\.9[^\p{Cc}]+, but nobody said within 2s which address that is$/u,
    ),
  ]);
});

test('Three are named, the others counted', () => {
  const many = Array.from({ length: 500 }, (_, index) => ({ name: `lamp ${index}`, host: undefined }));
  expect(describeUnresolved(many, '2s')).toHaveLength(4);
  expect(describeUnresolved(many, '2s').at(-1)).toBe('497 more are announced without a place');
});
