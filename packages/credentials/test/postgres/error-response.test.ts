import { expect, test } from 'vitest';
import { encodeError, isLoginError, isPassingError, parseError, SQLSTATE } from '../../src/postgres/error-response.ts';
import { parseMessage } from '../../src/postgres/message.ts';

test('an error is written as a server writes it', () => {
  const bytes = encodeError({ code: SQLSTATE.invalidPassword, message: 'no' });
  expect(bytes.toString('latin1')).toBe(
    'E\0\0\0\x2dSFATAL\0VFATAL\0C28P01\0Mambassador: no\0\0'.replace('\x2d', String.fromCharCode(bytes.length - 1)),
  );
  const parsing = parseMessage(bytes);
  expect(parsing.kind === 'parsed' && parseError(parsing.message.body)).toEqual({
    code: '28P01',
    message: 'ambassador: no',
  });
});

test('what a server leaves out is empty', () => {
  expect(parseError(Buffer.alloc(0))).toEqual({ code: '', message: '' });
  expect(parseError(Buffer.from('Cnope'))).toEqual({ code: 'nope', message: '' });
});

test('only some errors speak of the login, and some of the moment', () => {
  const codes = ['28P01', '28000', '57P03', '53300', '08P01', '3D000'];
  expect(codes.filter((code) => isLoginError({ code, message: '' }))).toEqual(['28P01', '28000']);
  expect(codes.filter((code) => isPassingError({ code, message: '' }))).toEqual(['57P03', '53300']);
});
