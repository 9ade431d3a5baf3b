import { beforeEach, describe, expect, it } from 'vitest';
import { Farewells } from '../../../src/rules/answering/farewells.ts';
import { sharedSet } from '../../../src/rules/answering/own-set.ts';
import { OwnZone } from '../../../src/rules/answering/zone.ts';
import { parseName } from '../../../src/wire/name.ts';
import { response } from '../../wire/messages.ts';
import { LOOPED, PEER } from './responder-driver.ts';

const TYPE = parseName('_redis._tcp.local');
const ONE = sharedSet(TYPE, 4_500, parseName('one._redis._tcp.local'));
const TWO = sharedSet(TYPE, 4_500, parseName('two._redis._tcp.local'));
const NOBODY = new OwnZone();

let farewells: Farewells;

beforeEach(() => {
  farewells = new Farewells();
});

describe('Farewells', () => {
  it('are said at once and a second later, and then no more', () => {
    farewells.say([ONE, TWO]);
    expect(farewells.take(NOBODY, 100)).toEqual([ONE, TWO]);
    expect(farewells.nextDeadline()).toBe(1_100);
    expect(farewells.take(NOBODY, 1_099)).toEqual([]);
    expect(farewells.take(NOBODY, 1_100)).toEqual([ONE, TWO]);
    expect(farewells.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('are not said again for what is told again', () => {
    farewells.say([ONE, TWO]);
    farewells.take(NOBODY, 0);
    const zone = new OwnZone();
    zone.addShared(ONE);
    expect(farewells.take(zone, 1_000)).toEqual([TWO]);
  });

  it('are not said again for what somebody else says meanwhile; a goodbye is no such word', () => {
    farewells.say([ONE, TWO]);
    farewells.take(NOBODY, 0);
    farewells.hear({ message: response(ONE.records), from: PEER }, 500);
    farewells.hear({ message: response(TWO.records.map((record) => ({ ...record, ttl: 0 }))), from: PEER }, 500);
    expect(farewells.take(NOBODY, 1_000)).toEqual([TWO]);
  });

  it('are said again though what we sent before them comes back; another process of this host speaks later', () => {
    farewells.say([ONE, TWO]);
    farewells.take(NOBODY, 0);
    farewells.hear({ message: response(ONE.records), from: LOOPED }, 20);
    farewells.hear({ message: response(TWO.records), from: LOOPED }, 800);
    expect(farewells.take(NOBODY, 1_000)).toEqual([ONE]);
  });

  it('begin anew when they are said once more before the second is over', () => {
    farewells.say([ONE]);
    farewells.take(NOBODY, 0);
    farewells.say([ONE]);
    expect(farewells.take(NOBODY, 400)).toEqual([ONE]);
    expect(farewells.take(NOBODY, 1_000)).toEqual([]);
    expect(farewells.take(NOBODY, 1_400)).toEqual([ONE]);
  });

  it('are forgotten when the link may be another one', () => {
    farewells.say([ONE]);
    farewells.take(NOBODY, 0);
    farewells.forget();
    expect(farewells.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });
});
