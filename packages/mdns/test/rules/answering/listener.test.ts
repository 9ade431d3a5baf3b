import { describe, expect, it } from 'vitest';
import type { ResourceRecord } from '../../../src/wire/record.ts';
import { TYPE_CODES } from '../../../src/wire/record.ts';
import { response } from '../../wire/messages.ts';
import {
  answersOf,
  ask,
  Driver,
  ENUMERATION,
  HOST,
  LOOPED,
  query,
  REDIS_NAME,
  REDIS_TYPE,
  record,
  typesOf,
} from './responder-driver.ts';

const BROWSE_TYPES = query([ask(ENUMERATION, TYPE_CODES.PTR)]);
const typePointer = (ttl: number): ResourceRecord => record(ENUMERATION, { type: 'PTR', target: REDIS_TYPE }, ttl);
const pointer = (ttl: number): ResourceRecord => record(REDIS_TYPE, { type: 'PTR', target: REDIS_NAME }, ttl);

describe('hearing others say what we say', () => {
  it('spares us our own answer (RFC 6762 7.4)', () => {
    const driver = Driver.settled({ random: 0.5 });
    driver.receive(BROWSE_TYPES);
    driver.runFor(30);
    driver.receive(response([typePointer(4_500)]));
    expect(driver.runFor(5_000)).toEqual([]);
  });

  it('does not spare it when their TTL is lower (RFC 6762 7.4)', () => {
    const driver = Driver.settled({ random: 0.5 });
    driver.receive(BROWSE_TYPES);
    driver.runFor(30);
    driver.receive(response([typePointer(4_499)]));
    expect(answersOf(driver.runFor(5_000))).toHaveLength(1);
  });

  it('does not spare a set of which they say a part (RFC 6762 7.4, 10.2)', () => {
    const driver = Driver.settled({ random: 0.5, addresses: ['10.0.0.1', '10.0.0.2'] });
    driver.receive(query([ask(HOST, TYPE_CODES.A), ask(['h2', 'local'], TYPE_CODES.A)]));
    driver.receive(response([record(HOST, { type: 'A', address: '10.0.0.1' })]));
    expect(answersOf(driver.runFor(5_000))).toHaveLength(2);
  });

  it('does not spare it when it is our own packet that comes back', () => {
    const driver = Driver.settled({ random: 0.5 });
    driver.receive(BROWSE_TYPES);
    driver.runFor(30);
    driver.receive(response([typePointer(4_500)]), LOOPED);
    expect(answersOf(driver.runFor(5_000))).toHaveLength(1);
  });

  it('makes us say it again when they let it end (RFC 6762 6.6, 10.1)', () => {
    const driver = Driver.settled({ random: 0.5 });
    const sent = driver.exchange(response([typePointer(0), pointer(100)]));
    expect(sent.map(({ at }) => at)).toEqual([60_070]);
    expect(answersOf(sent).map(({ ttl }) => ttl)).toEqual([4_500, 4_500]);
  });

  it('makes us say a unique record again at once when they let it end, once a second at most (RFC 6762 6.6)', () => {
    const driver = Driver.settled();
    const srv = answersOf(driver.exchange(query([ask(REDIS_NAME, TYPE_CODES.SRV)])));
    driver.forget();
    for (let at = 0; at < 1_000; at += 10) {
      driver.receive(response(srv.map((each) => ({ ...each, ttl: 0 }))));
      driver.runFor(10);
    }
    expect(driver.sent.map(({ at }) => at)).toEqual([62_000, 63_000]);
    expect(typesOf(answersOf(driver.sent))).toEqual(['SRV', 'SRV']);
  });

  it('does not bring back what we withdrew, when our goodbye comes back', () => {
    const driver = Driver.settled();
    driver.responder.withdraw('redis', driver.now);
    const [goodbye] = driver.runFor(10);
    if (goodbye === undefined) throw new Error('No goodbye.');
    const [repeated, ...others] = driver.exchange(goodbye.transmit.message, LOOPED);
    expect(repeated?.transmit.message).toEqual(goodbye.transmit.message);
    expect(others).toEqual([]);
  });
});

describe('hearing what does not concern us', () => {
  it('changes nothing', () => {
    const driver = Driver.settled();
    const name = ['redis on h2', ...REDIS_TYPE];
    driver.receive(
      response([
        record(REDIS_TYPE, { type: 'PTR', target: name }, 4_500),
        record(name, { type: 'SRV', priority: 0, weight: 0, port: 1, target: ['h2', 'local'] }, 120, true),
      ]),
    );
    expect(driver.responder.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    expect(driver.responder.takeEvents()).toEqual([]);
  });
});
