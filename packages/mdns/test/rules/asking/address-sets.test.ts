import { beforeEach, describe, expect, it } from 'vitest';
import {
  address,
  fullAnswer,
  goodbye,
  H1,
  H2,
  pointer,
  QuerierDriver,
  responseOf,
  service,
  text,
} from './querier-driver.ts';

const TWO = [address('10.0.0.1'), address('10.0.0.2'), address('2001:db8::1'), address('2001:db8::2')];

let driver: QuerierDriver;

beforeEach(() => {
  driver = new QuerierDriver();
  driver.browse();
  driver.runTo(100);
});

describe('a host with two addresses of one family', () => {
  it('changes in nothing when it says both again, however often and in whatever order (RFC 6762 10.2)', () => {
    for (let round = 0; round < 6; round++) {
      driver.runTo(round * 15_000 + 1_000);
      const addresses = round % 2 === 0 ? TWO : TWO.toReversed();
      driver.hear(responseOf(pointer('a'), service('a'), text('a', 'k=v'), ...addresses));
    }
    driver.runTo(90_000);
    expect(driver.takeEvents()).toEqual(['1000 resolved a 10.0.0.1,10.0.0.2,2001:db8::1,2001:db8::2:6379']);
  });

  it('changes in nothing when each of its two interfaces tells its own two, one after the other', () => {
    for (let round = 0; round < 6; round++) {
      const first = round % 2;
      for (const turn of [first, 1 - first]) {
        driver.runTo(round * 15_000 + (turn === first ? 1_000 : 1_150));
        const addresses = turn === 0 ? ['fe80::1', '2001:db8::1'] : ['fe80::2', '2001:db8::2'];
        const records = addresses.map((literal) => address(literal));
        driver.hear(responseOf(pointer('a'), service('a'), text('a', 'k=v'), ...records), turn === 0 ? H1 : H2);
      }
    }
    driver.runTo(90_000);
    expect(driver.takeEvents()).toEqual([
      '1000 resolved a fe80::1,2001:db8::1:6379',
      '1150 changed a fe80::1,2001:db8::1,fe80::2,2001:db8::2:6379',
    ]);
  });

  it('loses the one that it takes back a second later, also when each was told apart before (RFC 6762 10.1)', () => {
    const told = responseOf(pointer('a'), service('a'), text('a', 'k=v'), address('10.0.0.1'));
    for (const at of [1_000, 16_000]) {
      driver.runTo(at);
      driver.hear(told);
      driver.runTo(at + 150);
      driver.hear(responseOf(address('10.0.0.2')), H2);
    }
    driver.takeEvents();
    driver.runTo(20_000);
    driver.hear(responseOf(goodbye(address('10.0.0.2'))), H2);
    driver.runTo(20_999);
    expect(driver.takeEvents()).toEqual(['20000 changed a 10.0.0.1:6379']);
    expect(driver.querier.cachedRecords).toBe(5);
    driver.runTo(21_000);
    expect(driver.querier.cachedRecords).toBe(4);
    driver.runTo(30_000);
    expect(driver.takeEvents()).toEqual([]);
  });
});

describe('two hosts of one name, of which neither looks for the other', () => {
  const ONE = fullAnswer('one', 'pi.local', '10.0.0.1');
  const TWO = fullAnswer('two', 'pi.local', '10.0.0.2');
  const PLACES = ['one 10.0.0.1:6379', 'two 10.0.0.2:6379'];

  function placesOf(driver: QuerierDriver): readonly string[] {
    const last = new Map<string, string>();
    for (const event of driver.takeEvents()) {
      const [, name = '', place = ''] = /^\d+ (?:resolved|changed) (\S+) (\S+)$/.exec(event) ?? [];
      last.set(name, `${name} ${place}`);
    }
    return [...last.values()].toSorted();
  }

  it('are each at the address that was told by who told of the instance', () => {
    const driver = new QuerierDriver();
    driver.browse();
    driver.hear(ONE, H1);
    driver.hear(TWO, H2);
    driver.runTo(2_000);
    expect(placesOf(driver)).toEqual(PLACES);
  });

  it('are told apart when they spoke at once, and when a goodbye ends one', () => {
    const driver = new QuerierDriver();
    driver.hear(ONE, H1);
    driver.browse();
    driver.hear(TWO, H2);
    driver.runTo(500);
    driver.hear(ONE, H1);
    driver.runTo(1_000);
    expect(placesOf(driver)).toEqual(PLACES);
    driver.hear(responseOf(goodbye(address('10.0.0.1', 'pi.local'))), H1);
    driver.runTo(3_000);
    expect(driver.takeEvents()).not.toContainEqual(expect.stringContaining('two'));
  });

  it('are at both addresses where a reflector tells of both', () => {
    const driver = new QuerierDriver();
    driver.browse();
    driver.hear(ONE, H1);
    driver.hear(TWO, H1);
    driver.runTo(2_000);
    expect(placesOf(driver)).toEqual(['one 10.0.0.1,10.0.0.2:6379', 'two 10.0.0.1,10.0.0.2:6379']);
  });

  it('are one host where a service is told by both of its interfaces', () => {
    const driver = new QuerierDriver();
    driver.browse();
    driver.hear(fullAnswer('one', 'pi.local', '10.0.0.1'), H1);
    driver.hear(fullAnswer('two', 'pi.local', '10.0.0.1'), H1);
    driver.hear(fullAnswer('one', 'pi.local', '10.0.0.2'), H2);
    driver.hear(fullAnswer('two', 'pi.local', '10.0.0.2'), H2);
    driver.runTo(2_000);
    expect(placesOf(driver)).toEqual(['one 10.0.0.1,10.0.0.2:6379', 'two 10.0.0.1,10.0.0.2:6379']);
  });
});
