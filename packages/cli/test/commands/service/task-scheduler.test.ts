import { expect, test } from 'vitest';
import { readConfigNote, SIGNATURE } from '../../../src/commands/service/host.ts';
import { arrangeHost, DUTY, listCommands } from './fixtures.ts';

const CONFIG = 'C:\\Users\\anna & ben\\ambassador.yaml';

test('on win32 a user has a task that begins with the login, in no window', () => {
  const host = arrangeHost('win32', 'user');
  const text = host.write({ ...DUTY, config: CONFIG });
  expect(host).toMatchObject({
    path: 'C:\\Users\\anna\\AppData\\Local\\ambassador\\service.xml',
    encoding: 'utf16le',
  });
  const lines = text.split('\r\n');
  expect(lines.slice(0, 2)).toEqual(['<?xml version="1.0" encoding="UTF-16"?>', `<!-- ${SIGNATURE} -->`]);
  expect(readConfigNote(text)).toBe(CONFIG);
  expect(text).toMatch(/<LogonTrigger>.*<UserId>HOUSE\\anna<\/UserId>.*<\/LogonTrigger>/s);
  expect(text).toContain('<Command>conhost.exe</Command>');
  expect(text).toContain(
    '<Arguments>--headless &quot;C:\\Program Files\\nodejs\\node.exe&quot; C:\\ambassador\\bin\\ambassador.js up --config &quot;C:\\Users\\anna &amp; ben\\ambassador.yaml&quot;</Arguments>',
  );
  expect(text).toContain('<RunLevel>LeastPrivilege</RunLevel>');
});

test('on win32 the machine has one that begins with it, with the rights of LOCAL SERVICE', () => {
  const host = arrangeHost('win32', 'system');
  const text = host.write(DUTY);
  expect(host.path).toBe('C:\\ProgramData\\ambassador\\service.xml');
  expect(text).toMatch(/<BootTrigger>.*<\/BootTrigger>.*<UserId>S-1-5-19<\/UserId>/s);
  expect(text).toContain('<Command>C:\\Program Files\\nodejs\\node.exe</Command>');
});

test('the task is made of the file, run, and deleted with it', () => {
  const host = arrangeHost('win32', 'system');
  expect(listCommands(host.install)).toEqual([
    'schtasks /End /TN ambassador',
    'schtasks /Create /F /TN ambassador /XML C:\\ProgramData\\ambassador\\service.xml',
    'schtasks /Run /TN ambassador',
  ]);
  expect(listCommands(host.stop).at(-1)).toBe('schtasks /Delete /F /TN ambassador');
  expect([host.isRunning('4\r\n'), host.isRunning('3\r\n')]).toEqual([true, false]);
});
