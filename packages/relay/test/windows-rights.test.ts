import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { keepToOwner, listReaders, parseReaders } from '../src/windows-rights.ts';

test.each([
  ['a file of the own profile', 'D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FA;;;S-1-5-21-1-2-3-1001)', []],
  [
    'a file of C:\\',
    'D:AI(A;ID;FA;;;BA)(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)(A;ID;0x1301bf;;;AU)',
    ['Users', 'Authenticated Users'],
  ],
  ['everybody, by letters', 'D:PAI(A;;FR;;;WD)', ['Everyone']],
  ['everybody, by number', 'O:BAG:BAD:(A;;0x80000000;;;S-1-1-0)', ['Everyone']],
  ['all of a domain', 'D:(A;;FA;;;S-1-5-21-10-20-30-513)', ['Domain Users']],
  ['no list at all', 'D:NO_ACCESS_CONTROL', ['Everyone']],
  ['to run it is not to read it', 'D:(A;;FX;;;WD)(A;;0x20;;;BU)', []],
  ['for what is made in a folder', 'D:(A;OICIIO;GA;;;WD)', []],
  ['who may not', 'D:(D;;FA;;;WD)', []],
  ['what is audited', 'D:(A;;FA;;;SY)S:(AU;SAFA;FA;;;WD)', []],
  ['nothing that is understood', 'Zugriff verweigert', []],
])('%s', (_, sddl, readers) => {
  expect(parseReaders(`mesh.key\r\n${sddl}\r\n`)).toEqual(readers);
});

test('icacls saves what is looked at, as UTF-16, and where it fails nothing is known', () => {
  const run = (args: readonly string[]): boolean => {
    expect(args.slice(0, 2)).toEqual(['C:\\mesh.key', '/save']);
    writeFileSync(args[2] ?? '', 'mesh.key\r\nD:(A;;FA;;;BU)\r\n', 'utf16le');
    return true;
  };
  expect(listReaders('C:\\mesh.key', run)).toEqual(['Users']);
  expect(listReaders('C:\\mesh.key', () => false)).toEqual([]);
  expect(listReaders('C:\\mesh.key', () => true)).toEqual([]);
});

test('a file is kept to its owner and this user, in every language of Windows', () => {
  const ran: (readonly string[])[] = [];
  expect(keepToOwner('C:\\mesh.key', (args) => ran.push(args) > 0)).toBe(true);
  expect(ran).toEqual([
    ['C:\\mesh.key', '/inheritance:r', '/grant:r', '*S-1-3-4:F', '/grant:r', `${userInfo().username}:F`],
  ]);
});
