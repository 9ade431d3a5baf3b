import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CpaceRun, composeGeneratorString, concatLengthValues } from '../../src/invitation/cpace.ts';

/** As a scalar, which leaves a generator as it is. */
const ONE = Buffer.alloc(32).fill(1, 0, 1);
const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const toHex = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('hex');

/** draft-irtf-cfrg-cpace, "Test vector for CPace using group ristretto255 and hash SHA-512". */
const INPUTS = {
  prs: Buffer.from('Password'),
  ci: hex('0b415f696e69746961746f720b425f726573706f6e646572'),
  sid: hex('7e4b4791d6a8ef019b936c79fb7f2c57'),
};
const SCALAR_A = hex('da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08');
const SCALAR_B = hex('d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d');
const SHARE_A = 'd6bac480f2c386c394efc7c47adb9925dcd2630b64f240c50f8d0eec482b9157';
const SHARE_B = '3ea7e0b19560d7c0b0f5734f63b955286dfa8232b5ebe63324e2d9e7433f7258';
const SECRET = '80b69a8a76457ab6a4d7f887a4bf6b55a2f80ac19c333f917a05fc9887c8b40f';
const ISK = `b69effbf61b51d56401c0f65601abe428de8206feaaf0e32198896dcae7b35cd
  2b38950a39dfd5d4a79164614c2984f7daa460b588c1e80c3fa2068af7900447`;
const A = { share: hex(SHARE_A), data: Buffer.from('ADa') };
const B = { share: hex(SHARE_B), data: Buffer.from('ADb') };

describe('the vectors of the draft', () => {
  test('the generator', () => {
    expect(composeGeneratorString(INPUTS).toString('hex')).toBe(
      `11435061636552697374726574746f3235350850617373776f726464${'00'.repeat(100)}180b415f696e69746961746f720b425f726573706f6e646572107e4b4791d6a8ef019b936c79fb7f2c57`,
    );
    expect(toHex(new CpaceRun(INPUTS, ONE).share)).toBe(
      '222b6b195fe84b1652badb6f6a3ae3d24341e7306967f0b8115b40d5698c7e56',
    );
  });

  test('the shares, the secret point and the session key', () => {
    const [a, b] = [new CpaceRun(INPUTS, SCALAR_A), new CpaceRun(INPUTS, SCALAR_B)];
    expect([toHex(a.share), toHex(b.share)]).toEqual([SHARE_A, SHARE_B]);
    expect([toHex(a.agree(b.share)), toHex(b.agree(a.share))]).toEqual([SECRET, SECRET]);
    expect(toHex(a.finish(b.share, A, B))).toBe(toHex(hex(ISK)));
    expect(toHex(b.finish(a.share, A, B))).toBe(toHex(hex(ISK)));
  });

  test('a share that is no element of the group, or the neutral one, ends the run', () => {
    const run = new CpaceRun(INPUTS, hex('7cd0e075fa7955ba52c02759a6c90dbbfc10e6d40aea8d283e407d88cf538a05'));
    const invalid = hex('2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c');
    for (const share of [invalid, Buffer.alloc(32)]) {
      expect(run.agree(share)).toBeUndefined();
      expect(run.finish(share, { ...A, share }, B)).toBeUndefined();
    }
  });
});

test('lengths stand before their strings in LEB128', () => {
  expect(concatLengthValues(Buffer.alloc(0), Buffer.alloc(1)).toString('hex')).toBe('000100');
  expect(concatLengthValues(Buffer.alloc(300)).subarray(0, 2).toString('hex')).toBe('ac02');
});

test('whatever comes as a share, nothing throws', () => {
  const run = new CpaceRun(INPUTS, SCALAR_A);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (share) => {
      const secret = run.agree(share);
      expect(secret === undefined || secret.length === 32).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('another password, channel or session is another key', () => {
  const keyOf = (inputs: typeof INPUTS): string | undefined =>
    toHex(new CpaceRun(inputs, SCALAR_A).finish(B.share, A, B));
  const key = keyOf(INPUTS);
  expect(keyOf({ ...INPUTS })).toBe(key);
  expect(toHex(new CpaceRun({ ...INPUTS, prs: Buffer.from('password') }, SCALAR_A).share)).not.toBe(SHARE_A);
  expect(keyOf({ ...INPUTS, sid: Buffer.alloc(16) })).not.toBe(key);
});
