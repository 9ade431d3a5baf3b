import { describe, expect, it } from 'vitest';
import { withOwners } from '../../../src/rules/asking/owned-record.ts';
import { decodeMessage } from '../../../src/wire/decode.ts';
import { encodeMessage } from '../../../src/wire/encode.ts';
import { address, pointer, responseOf, service } from './querier-driver.ts';

describe('withOwners', () => {
  it("gives each record its own name's key, whatever the order", () => {
    const records = [pointer('a'), service('A'), pointer('b'), address('10.0.0.1', 'H1.local'), pointer('c')];
    expect(withOwners(records).map(({ owner }) => owner)).toEqual([
      '_redis._tcp.local',
      'a._redis._tcp.local',
      '_redis._tcp.local',
      'h1.local',
      '_redis._tcp.local',
    ]);
  });

  it('finds the same object where a packet has the same name behind a pointer', () => {
    const packet = encodeMessage(responseOf(pointer('a'), pointer('b'), pointer('c')));
    const answers = decodeMessage(packet)?.message.answers ?? [];
    expect(answers.map(({ data }) => data)).toEqual([pointer('a').data, pointer('b').data, pointer('c').data]);
    expect(answers[2]?.name).toBe(answers[1]?.name);
    expect(withOwners(answers).map(({ owner }) => owner)).toEqual(Array(3).fill('_redis._tcp.local'));
  });
});
