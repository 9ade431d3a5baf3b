import { describe, expect, test } from 'vitest';
import {
  explainRefusal,
  formatKeyRing,
  type KeyRing,
  listMeshIds,
  listTxtKeys,
  parseKeyRing,
} from '../src/key-ring.ts';
import { cutBundle, formatBundle } from '../src/keys/bundle.ts';
import { formatMeshKey } from '../src/keys/mesh-key.ts';
import { createRing } from './mesh-fixture.ts';

const { current } = createRing();
const previous = createRing().current;
const rotated: KeyRing = { kind: 'keys', current, previous };

describe('The text of a key file', () => {
  test('is read back, one key or two', () => {
    expect(listMeshIds(parseKeyRing(formatKeyRing({ kind: 'keys', current })))).toHaveLength(1);
    expect(listMeshIds(parseKeyRing(formatKeyRing(rotated)))).toEqual(listMeshIds(rotated));
  });

  test('may be the bare line of a key or a token, with comments and line ends of Windows', async () => {
    const token = formatBundle(await cutBundle([current], 'proxy', 'redis'));
    expect(parseKeyRing(`# mine\r\n${formatMeshKey(current)}\r\n`).kind).toBe('keys');
    expect(parseKeyRing(`${token}\n`)).toMatchObject({ kind: 'bundle', bundle: { role: 'proxy', service: 'redis' } });
  });

  test.each([
    ['', 'there is no mesh key in it'],
    ['# nothing\n', 'there is no mesh key in it'],
    ['secret\n', 'line 1: this is no mesh key'],
    [
      `\n${formatMeshKey(current)}\n${formatMeshKey(previous)}\n`,
      'line 3: a second key stands behind the word previous',
    ],
    [`${formatKeyRing(rotated)}more`, 'line 4: a key file has one key and its previous one at most'],
  ])('that is wrong is refused with its line', (text, problem) => {
    expect(() => parseKeyRing(text)).toThrow(problem);
  });
});

describe('A token', () => {
  test('is for its role and service alone', async () => {
    const ring: KeyRing = { kind: 'bundle', bundle: await cutBundle([current], 'proxy', 'redis') };
    expect(explainRefusal(ring, 'proxy', 'redis')).toBeUndefined();
    expect(explainRefusal(ring, 'proxy', 'Redis')).toBeUndefined();
    expect(explainRefusal(ring, 'announce', 'redis')).toContain(
      "can proxy redis and nothing else, so it can't announce redis",
    );
    expect(explainRefusal(ring, 'proxy', 'postgres')).toContain("can't proxy postgres");
  });

  test('recognises the records of its service as the key does, and no others', async () => {
    const ring: KeyRing = { kind: 'bundle', bundle: await cutBundle([current, previous], 'proxy', 'redis') };
    expect(listTxtKeys(ring, 'redis').map(({ roleKey }) => roleKey && Buffer.from(roleKey))).toEqual(
      listTxtKeys(rotated, 'redis').map(({ roleKey }) => roleKey && Buffer.from(roleKey)),
    );
    expect(listTxtKeys(ring, 'postgres')).toEqual([]);
  });
});
