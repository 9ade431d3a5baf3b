import { expect, test } from 'vitest';
import { Scram, ScramError } from '../../src/postgres/scram.ts';

/** RFC 7677 3. */
const NONCE = 'rOprNGfwEbeRWgbNEkqO';
const SERVER_FIRST = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';
const PASSWORD = Buffer.from('pencil');

test("the RFC's own exchange comes out as the RFC has it", async () => {
  const scram = new Scram(NONCE, 'user');
  expect(scram.clientFirst).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO');
  const { clientFinal, verify } = await scram.answer(SERVER_FIRST, PASSWORD);
  expect(clientFinal).toBe(
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  );
  expect(() => verify('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).not.toThrow();
});

test.each([
  ['another signature', 'v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='],
  ['a short one', 'v=6rri'],
  ['an error', 'e=other-error'],
  ['nothing', ''],
])('a server that shows %s is not believed', async (_what, serverFinal) => {
  const { verify } = await new Scram(NONCE, 'user').answer(SERVER_FIRST, PASSWORD);
  expect(() => verify(serverFinal)).toThrow(ScramError);
});

test.each([
  ['another nonce', SERVER_FIRST.replace('rOpr', 'sOpr')],
  ['no nonce of its own', `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
  ['too few iterations', SERVER_FIRST.replace('4096', '4095')],
  ['too many iterations', SERVER_FIRST.replace('4096', '1000001')],
  ['a leading zero', SERVER_FIRST.replace('4096', '04096')],
  ['an extension that must be known', `m=x,${SERVER_FIRST}`],
  ['no salt', SERVER_FIRST.replace('W22ZaJ0SNY7soEsUEjb6gQ==', '')],
  ['nothing', ''],
])('a server that begins with %s is refused', async (_what, serverFirst) => {
  await expect(new Scram(NONCE, 'user').answer(serverFirst, PASSWORD)).rejects.toThrow(ScramError);
});

test('each exchange has a nonce of its own', () => {
  expect(new Scram().clientFirst).not.toBe(new Scram().clientFirst);
  expect(new Scram().clientFirst).toMatch(/^n,,n=,r=[A-Za-z0-9+/]{24}$/);
});
