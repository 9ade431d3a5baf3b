import { expect, test } from 'vitest';
import { buildAnnouncementTxt, refuseLongTxt } from '../src/announcement-txt.ts';
import { AnnouncerError } from '../src/announcer-error.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('txtvers is first, then id and svc, then the keys of the user in their order', () => {
  const txt = buildAnnouncementTxt(
    { id: 'abc', svc: 'web' },
    new Map<string, Uint8Array | true>([
      ['z', bytes('1')],
      ['a', true],
    ]),
    false,
  );
  expect([...txt]).toEqual([
    ['txtvers', bytes('1')],
    ['id', bytes('abc')],
    ['svc', bytes('web')],
    ['z', bytes('1')],
    ['a', true],
  ]);
});

test('st=drain stands before the keys of the user while draining', () => {
  const txt = buildAnnouncementTxt({ id: 'abc' }, new Map([['role', bytes('primary')]]), true);
  expect([...txt.keys()]).toEqual(['txtvers', 'id', 'st', 'role']);
  expect(txt.get('st')).toEqual(bytes('drain'));
});

test.each(['txtvers', 'id', 'st', 'mesh', 'mac', 'ID', 'svc'])(
  'The key %s is refused: it is not the user’s to set',
  (key) => {
    expect(() => buildAnnouncementTxt({ id: 'abc' }, new Map([[key, bytes('x')]]), false)).toThrow(
      expect.objectContaining({ code: 'RESERVED_TXT_KEY', message: expect.stringContaining(`"${key}"`) }),
    );
  },
);

test.each(['', 'a=b', 'schlüssel', 'a\nb'])('The key %j is refused: it is not printable ASCII without "="', (key) => {
  expect(() => buildAnnouncementTxt({ id: 'abc' }, new Map([[key, true as const]]), false)).toThrow(AnnouncerError);
});

test('Keys that differ by case only are refused', () => {
  const keys = new Map([
    ['role', bytes('a')],
    ['Role', bytes('b')],
  ]);
  expect(() => buildAnnouncementTxt({ id: 'abc' }, keys, false)).toThrow(/given twice/);
});

test('Key, "=" and value may take 255 bytes together and not one more', () => {
  const withValueOf = (length: number) => () =>
    buildAnnouncementTxt({ id: 'abc' }, new Map([['k', new Uint8Array(length)]]), false);
  expect(withValueOf(253)).not.toThrow();
  expect(withValueOf(254)).toThrow(/take 256 bytes: 255 at most/);
});

test('A record that does not fit one packet is refused', () => {
  const keys = new Map(Array.from({ length: 6 }, (_, at) => [`k${at}`, new Uint8Array(240)] as const));
  expect(() => buildAnnouncementTxt({ id: 'abc' }, keys, false)).toThrow(/1300 bytes at most fit one packet/);
});

test.each([
  ['st=drain', false, 1300 - 9],
  [
    'st=drain, and with a mesh for the signatures of two keys and what keepers said',
    true,
    1300 - 9 - 22 - 36 - 37 - 27 - 41 - 42 - 29,
  ],
])('A record must have room for %s', (_what, isSigned, room) => {
  const keysOf = (bytes: number) => {
    // Five strings, with the bytes before each and its key.
    const length = bytes - 10 - 7 - 5 * 4;
    return new Map(
      [0, 1, 2, 3, 4].map((index) => [`k${index}`, new Uint8Array(Math.floor((length + index) / 5))] as const),
    );
  };
  expect(() => refuseLongTxt({ id: 'abc' }, keysOf(room), isSigned)).not.toThrow();
  expect(() => refuseLongTxt({ id: 'abc' }, keysOf(room + 1), isSigned)).toThrow(/too long: 1300 bytes/);
});
