import { beforeEach, describe, expect, it } from 'vitest';
import type { ViewEvent } from '../../../src/rules/asking/instance-view.ts';
import { parseName } from '../../../src/wire/name.ts';
import { asciiBytes } from '../../wire/hex.ts';
import {
  address,
  fullAnswer,
  goodbye,
  H1,
  H2,
  pointer,
  QuerierDriver,
  responseOf,
  SELF,
  service,
  text,
} from './querier-driver.ts';

let driver: QuerierDriver;

beforeEach(() => {
  driver = new QuerierDriver();
  driver.browse();
});

function resolve(): void {
  driver.runTo(100);
  driver.hear(fullAnswer());
  driver.takeEvents();
  driver.takeQuestions();
}

describe('Browser', () => {
  it('resolves an instance from one packet, and asks nothing more about it (RFC 6763 12.1)', () => {
    driver.runTo(100);
    driver.hear(fullAnswer());
    expect(driver.events.map(({ event }) => event)).toEqual([
      {
        kind: 'resolved',
        subtype: undefined,
        view: {
          name: 'a',
          type: '_redis._tcp',
          host: 'h1.local',
          port: 6379,
          priority: 0,
          weight: 0,
          txt: new Map([['k', asciiBytes('v')]]),
          addresses: [{ address: '10.0.0.1', isFromThisHost: false }],
          announcer: '10.0.0.1',
          isLeaving: false,
        },
      },
    ]);
    driver.runTo(60_000);
    expect(driver.takeQuestions().every((question) => question.endsWith('PTR _redis._tcp.local'))).toBe(true);
  });

  it('resolves whatever the order of the records in the packet', () => {
    driver.hear(responseOf(address('10.0.0.1'), text('a', 'k=v'), service('a'), pointer('a')));
    expect(driver.takeEvents()).toEqual(['0 resolved a 10.0.0.1:6379']);
  });

  it('asks for SRV and TXT, then for the addresses, when answers come apart', () => {
    driver.runTo(100);
    driver.hear(responseOf(pointer('a')));
    driver.takeQuestions();
    driver.runTo(200);
    expect(driver.takeQuestions()).toEqual(['170 SRV a._redis._tcp.local', '170 TXT a._redis._tcp.local']);
    driver.hear(responseOf(service('a'), text('a', 'k=v')));
    driver.runTo(300);
    expect(driver.takeQuestions()).toEqual(['270 A h1.local', '270 AAAA h1.local']);
    driver.hear(responseOf(address('10.0.0.1')));
    expect(driver.takeEvents()).toEqual(['300 resolved a 10.0.0.1:6379']);
    driver.runTo(3000);
    expect(driver.takeQuestions().filter((question) => !question.includes('PTR'))).toEqual([]);
  });

  it('gives up quietly after four tries, and tries again when the instance is heard of', () => {
    driver.hear(responseOf(pointer('a')));
    driver.runTo(60_000);
    const questions = driver.takeQuestions().filter((question) => question.includes('SRV'));
    expect(questions.map((question) => question.split(' ')[0])).toEqual(['70', '1070', '3070', '7070']);
    driver.hear(responseOf(pointer('a')));
    driver.runTo(61_000);
    expect(driver.takeQuestions()).toContain('60070 SRV a._redis._tcp.local');
    expect(driver.takeEvents()).toEqual([]);
  });

  it('waits one second for a TXT record, then takes it as empty (RFC 6763 6.1)', () => {
    driver.hear(responseOf(pointer('a'), service('a'), address('10.0.0.1')));
    expect(driver.takeEvents()).toEqual([]);
    driver.runTo(5000);
    expect(driver.takeQuestions()).toContain('70 TXT a._redis._tcp.local');
    expect(driver.takeEvents()).toEqual(['1000 resolved a 10.0.0.1:6379']);
    driver.hear(responseOf(text('a', 'k=v')));
    expect(driver.takeEvents()).toEqual(['5000 changed a 10.0.0.1:6379']);
  });

  it('tells a change of port, address or TXT once, and repetition never', () => {
    resolve();
    driver.hear(fullAnswer());
    driver.runTo(5000);
    driver.hear(responseOf(service('a', 'h1.local', 7000)));
    driver.hear(responseOf(address('10.0.0.2')));
    driver.hear(responseOf(text('a', 'k=w')));
    expect(driver.takeEvents()).toEqual([
      '5000 changed a 10.0.0.1:7000',
      '5000 changed a 10.0.0.2:7000',
      '5000 changed a 10.0.0.2:7000',
    ]);
    driver.runTo(20_000);
    expect(driver.takeEvents()).toEqual([]);
  });

  it('follows an instance that moves to another host in one packet', () => {
    resolve();
    driver.runTo(5000);
    driver.hear(responseOf(pointer('a'), service('a', 'h2.local', 7000), address('10.0.0.2', 'h2.local')), H2);
    expect(driver.takeEvents()).toEqual(['5000 changed a 10.0.0.2:7000']);
    expect(driver.querier.cachedRecords).toBe(5);
  });

  it('takes the latest of two SRV records that changed within a second (RFC 6762 10.2)', () => {
    resolve();
    driver.runTo(500);
    driver.hear(responseOf(service('a', 'h1.local', 7000)));
    driver.runTo(800);
    driver.hear(responseOf(service('a', 'h1.local', 7001)));
    expect(driver.takeEvents()).toEqual(['500 changed a 10.0.0.1:7000', '800 changed a 10.0.0.1:7001']);
  });

  it('tells at once that an instance is leaving, and loses it one second after the goodbye of its PTR record (RFC 6762 10.1)', () => {
    resolve();
    driver.runTo(5000);
    driver.hear(responseOf(goodbye(pointer('a'))));
    driver.runTo(10_000);
    expect(driver.takeEvents()).toEqual(['5000 leaving a 10.0.0.1:6379', '6000 lost a goodbye']);
    expect(driver.querier.cachedRecords).toBe(0);
  });

  it('loses it for a goodbye of its SRV record or of all its addresses, too', () => {
    resolve();
    driver.runTo(5000);
    driver.hear(responseOf(goodbye(service('a'))));
    driver.runTo(10_000);
    driver.hear(responseOf(service('a')));
    driver.hear(responseOf(goodbye(address('10.0.0.1'))));
    driver.runTo(15_000);
    expect(driver.takeEvents()).toEqual([
      '5000 leaving a 10.0.0.1:6379',
      '6000 lost a goodbye',
      '10000 resolved a 10.0.0.1:6379',
      '11000 lost a goodbye',
    ]);
  });

  it('sees nothing happen where its host takes its addresses back, and another process says within a second that they stand', () => {
    resolve();
    driver.runTo(5000);
    driver.hear(responseOf(goodbye(address('10.0.0.1'))));
    driver.runTo(5900);
    driver.hear(responseOf(address('10.0.0.1')));
    driver.runTo(10_000);
    expect(driver.takeEvents()).toEqual([]);
  });

  it('takes the goodbye of its TXT record for a sign that it is leaving, and nothing more', () => {
    resolve();
    driver.runTo(5000);
    driver.hear(responseOf(goodbye(text('a', 'k=v'))));
    driver.runTo(10_000);
    expect(driver.takeEvents()).toEqual(['5000 leaving a 10.0.0.1:6379', '6000 changed a 10.0.0.1:6379']);
  });

  it('sees nobody leave where data is replaced, or a goodbye says what is not current', () => {
    resolve();
    driver.runTo(5000);
    driver.hear(responseOf(service('a', 'h1.local', 7000)));
    driver.hear(responseOf(goodbye(service('a'))));
    driver.runTo(10_000);
    expect(driver.takeEvents()).toEqual(['5000 changed a 10.0.0.1:7000']);
  });

  it('believes of two that follow each other within a second the one that was said last (RFC 6762 10.2)', () => {
    resolve();
    driver.runTo(5000);
    driver.hear(responseOf(service('a', 'h1.local', 7000)));
    driver.runTo(5300);
    driver.hear(responseOf(service('a')));
    driver.runTo(9000);
    expect(driver.takeEvents()).toEqual(['5000 changed a 10.0.0.1:7000', '5300 changed a 10.0.0.1:6379']);
  });

  it('keeps who is announced again within the second (RFC 6762 10.1)', () => {
    resolve();
    driver.hear(responseOf(goodbye(pointer('a'))));
    driver.runTo(500);
    driver.hear(responseOf(pointer('a')));
    driver.runTo(10_000);
    expect(driver.takeEvents()).toEqual(['100 leaving a 10.0.0.1:6379', '500 changed a 10.0.0.1:6379']);
  });

  it('loses an instance whose host is silent when its SRV record expires, and goes on asking (RFC 6762 5.2)', () => {
    resolve();
    driver.runTo(140_000);
    expect(driver.takeEvents()).toEqual(['120100 lost a expired']);
    driver.takeQuestions();
    driver.runTo(3_600_000);
    const questions = driver.takeQuestions().filter((question) => question.includes('SRV'));
    expect(questions.length).toBeGreaterThan(10);
    expect(questions.length).toBeLessThan(25);
    driver.hear(responseOf(service('a'), address('10.0.0.1')));
    expect(driver.takeEvents().slice(-1)[0]).toMatch(/resolved a 10.0.0.1:6379$/);
  });

  it('keeps an instance alive as long as refreshes are answered (RFC 6762 5.2)', () => {
    resolve();
    for (let at = 100; at < 2_000_000; at = driver.now) {
      driver.runTo(Math.max(at, driver.querier.nextDeadline()));
      if (driver.takeQuestions().length > 0) driver.hear(fullAnswer());
    }
    expect(driver.takeEvents()).toEqual([]);
  });

  it('keeps the last TXT record of an instance when it ends before the others', () => {
    resolve();
    driver.hear(responseOf(goodbye(text('a', 'k=v'))));
    driver.runTo(5000);
    driver.hear(responseOf(service('a', 'h1.local', 7000)));
    const view = driver.events.map(({ event }) => event as ViewEvent).at(-1)?.view;
    expect(view).toMatchObject({ port: 7000, txt: new Map([['k', asciiBytes('v')]]) });
  });

  it('prefers addresses that are not withdrawn (RFC 6762 10.2)', () => {
    driver.hear(fullAnswer());
    driver.runTo(5000);
    driver.takeEvents();
    driver.hear(responseOf(address('10.0.0.2'), address('fe80::1')));
    driver.runTo(10_000);
    expect(driver.takeEvents()).toEqual(['5000 changed a 10.0.0.2,fe80::1:6379']);
  });

  it('says who announced where it is now: whoever writes over a record takes it upon himself', () => {
    driver.hear(fullAnswer(), H1);
    driver.runTo(5_000);
    driver.hear(fullAnswer(), SELF);
    driver.runTo(10_000);
    driver.hear(responseOf(address('10.0.0.9')), SELF);
    driver.runTo(15_000);
    const told = driver.events.map(({ event }) => (event.kind === 'type-found' ? '' : event.view.announcer));
    expect([told[0], told.at(-1)]).toEqual([H1.address, SELF.address]);
    expect(driver.events.length).toBeLessThan(4);
  });

  it('says of each address whether it was heard from this host itself', () => {
    driver.hear(responseOf(pointer('a'), service('a'), text('a', 'k=v')), H1);
    driver.hear(responseOf(address('10.0.0.1')), SELF);
    expect(driver.events[0]?.event).toMatchObject({ view: { addresses: [{ isFromThisHost: true }] } });
  });

  it('shares the addresses of one host between its instances', () => {
    resolve();
    driver.hear(responseOf(pointer('b'), service('b', 'h1.local', 7000), text('b', 'k=v')));
    driver.runTo(2000);
    driver.hear(responseOf(address('10.0.0.2')));
    expect(driver.takeEvents()).toEqual([
      '100 resolved b 10.0.0.1:7000',
      '2000 changed a 10.0.0.2:6379',
      '2000 changed b 10.0.0.2:7000',
    ]);
    driver.hear(responseOf(goodbye(pointer('a'))));
    driver.runTo(4000);
    driver.hear(responseOf(address('10.0.0.3')));
    expect(driver.takeEvents()).toEqual([
      '2000 leaving a 10.0.0.2:6379',
      '3000 lost a goodbye',
      '4000 changed b 10.0.0.3:7000',
    ]);
  });

  it.each([
    ['no target (RFC 2782)', service('a', '')],
    ['port 0 (RFC 6763 8)', service('a', 'h1.local', 0)],
  ])('does not resolve an instance whose SRV record has %s', (_what, srv) => {
    driver.hear(responseOf(pointer('a'), srv, text('a', 'k=v'), address('10.0.0.1')));
    driver.runTo(60_000);
    expect(driver.takeEvents()).toEqual([]);
    expect(driver.takeQuestions().filter((question) => !question.includes('PTR'))).toEqual([]);
  });

  it.each([
    ['another type', parseName('a._http._tcp.local')],
    ['the type itself', parseName('_redis._tcp.local')],
    ['two labels', ['a', 'b', ...parseName('_redis._tcp.local')]],
    ['nothing', []],
  ])('ignores PTR records to %s (RFC 6763 4.1)', (_what, target) => {
    driver.hear(responseOf({ ...pointer('a'), data: { type: 'PTR', target } }));
    driver.runTo(1000);
    expect(driver.takeQuestions()).toEqual(['22 PTR _redis._tcp.local']);
  });

  it('takes dots and any other character in an instance name as they are (RFC 6763 4.1.1)', () => {
    driver.hear(fullAnswer('web 1.2 \\ Bü'));
    expect(driver.events[0]?.event).toMatchObject({ view: { name: 'web 1.2 \\ Bü' } });
  });

  it('browses a subtype under its own name (RFC 6763 7.1)', () => {
    driver = new QuerierDriver();
    driver.browse('_redis._tcp', '_primary');
    driver.runTo(100);
    expect(driver.takeQuestions()).toEqual(['22 PTR _primary._sub._redis._tcp.local']);
    const answer = pointer('a', '_primary._sub._redis._tcp.local');
    driver.hear(responseOf(pointer('other'), answer, service('a'), text('a', 'k=v'), address('10.0.0.1')));
    expect(driver.events.map(({ event }) => event)).toMatchObject([
      { kind: 'resolved', subtype: '_primary', view: { name: 'a' } },
    ]);
  });
});
