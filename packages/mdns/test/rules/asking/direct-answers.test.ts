import { describe, expect, it } from 'vitest';
import type { Sender } from '../../../src/rules/machine.ts';
import type { Message } from '../../../src/wire/message.ts';
import { TYPE_CODES } from '../../../src/wire/record.ts';
import { address, fullAnswer, goodbye, H1, H2, pointer, QuerierDriver, responseOf, service } from './querier-driver.ts';

/** Of a device that knows no other way; its records have no bit of a set that is complete. */
const DEVICE: Sender = { ...H1, reply: { to: 'port' } };
const ASKED_BACK: Sender = { ...H1, reply: { to: 'question', isOnlyWay: false } };
const ASKED_BACK_ALONE: Sender = { ...H1, reply: { to: 'question', isOnlyWay: true } };
const RESOLVED = 'resolved a 10.0.0.1:6379';

/** One that has asked for `_redis._tcp` and, when it was answered by unicast, asked back: the number of that. */
function askBack(answer: Message = fullAnswer()): { driver: QuerierDriver; id: number } {
  const driver = new QuerierDriver();
  driver.browse();
  driver.runTo(30);
  driver.sent.length = 0;
  driver.hear(answer, DEVICE);
  expect(driver.takeEvents()).toEqual([]);
  driver.runTo(31);
  const [asking, ...more] = driver.sent.splice(0);
  expect(more).toEqual([]);
  return { driver, id: asking?.message.id ?? 0 };
}

describe('an answer to us alone', () => {
  it('is believed when its host, asked back, says so with the number of the question', () => {
    const { driver, id } = askBack();
    expect(id).toBeGreaterThan(0);
    driver.hear({ ...fullAnswer(), id }, ASKED_BACK);
    expect(driver.takeEvents()).toEqual([`31 ${RESOLVED}`]);
  });

  it('is asked back with what it answers, to its host alone', () => {
    const driver = new QuerierDriver();
    driver.browse();
    driver.runTo(30);
    driver.querier.receive({ message: fullAnswer(), from: DEVICE }, 30);
    const [asking] = driver.querier.advance(30);
    expect(asking?.to).toEqual({ kind: 'alone', sender: DEVICE });
    expect(asking?.message.questions).toEqual([
      { name: ['_redis', '_tcp', 'local'], type: TYPE_CODES.PTR, unicast: true },
    ]);
  });

  it.each([
    ['another number', (id: number) => ({ ...fullAnswer(), id: id ^ 1 }), ASKED_BACK],
    ['no number where there are other interfaces', () => fullAnswer(), ASKED_BACK],
    ['the number of another host', (id: number) => ({ ...fullAnswer(), id }), { ...ASKED_BACK, address: H2.address }],
    ['an answer to something else', (id: number) => ({ ...responseOf(service('a')), id }), ASKED_BACK],
  ])('is not believed with %s', (_, answer, from) => {
    const { driver, id } = askBack();
    driver.hear(answer(id), from);
    expect(driver.takeEvents()).toEqual([]);
    expect(driver.querier.refusedReplies).toBe(1);
  });

  it('needs no number where it can have come by one interface alone', () => {
    const { driver } = askBack();
    driver.hear(fullAnswer(), ASKED_BACK_ALONE);
    expect(driver.takeEvents()).toEqual([`31 ${RESOLVED}`]);
  });

  it('is believed at once at a link-local address', () => {
    const driver = new QuerierDriver();
    driver.browse();
    driver.runTo(30);
    driver.hear(fullAnswer(), { ...H1, address: 'fe80::1%eth0', family: 'IPv6', reply: { to: 'link-local' } });
    expect(driver.takeEvents()).toEqual([`30 ${RESOLVED}`]);
  });

  it.each([
    ['before anything was asked', 10],
    ['a second after the question', 1_022],
  ])('is none %s', (_, at) => {
    const driver = new QuerierDriver();
    driver.browse();
    driver.runTo(at === 10 ? 10 : 23);
    driver.sent.length = 0;
    driver.now = at;
    for (const from of [DEVICE, { ...DEVICE, reply: { to: 'link-local' } } as const]) driver.hear(fullAnswer(), from);
    expect(driver.takeEvents()).toEqual([]);
    expect(driver.querier.refusedReplies).toBe(2);
  });

  it('takes nothing from what was said to all: no goodbye, no flush, no other place', () => {
    const driver = new QuerierDriver();
    driver.browse();
    driver.hear(fullAnswer());
    driver.runTo(30);
    driver.takeEvents();
    const place: Sender = { ...H2, address: 'fe80::2%eth0', family: 'IPv6', reply: { to: 'link-local' } };
    driver.hear(responseOf(pointer('a'), service('a', 'h1.local', 9), address('10.0.0.66')), place);
    driver.hear(responseOf(pointer('a'), goodbye(service('a')), goodbye(address('10.0.0.1'))), place);
    driver.runTo(3_000);
    expect(driver.takeEvents()).toEqual([]);
  });

  it('is corrected by what is said to all', () => {
    const { driver, id } = askBack();
    driver.hear({ ...fullAnswer(), id }, ASKED_BACK);
    driver.runTo(3_000);
    driver.takeEvents();
    driver.hear(fullAnswer('a', 'h1.local', '10.0.0.7'), H2);
    driver.runTo(5_000);
    expect(driver.takeEvents().at(-1)).toMatch(/changed a 10\.0\.0\.7:6379$/);
  });

  it('lives as long as it was said to, though a question from another port hears of ten seconds (RFC 6762 6.7)', () => {
    const answer = fullAnswer();
    const { driver, id } = askBack(answer);
    const short = { answers: answer.answers, additionals: answer.additionals };
    const cut = Object.fromEntries(
      Object.entries(short).map(([section, records]) => [section, records.map((one) => ({ ...one, ttl: 10 }))]),
    );
    driver.hear({ ...answer, ...cut, id }, ASKED_BACK);
    driver.runTo(90_000);
    expect(driver.takeEvents()).toEqual([`31 ${RESOLVED}`]);
  });

  it('has sixteen hosts asked back at a time, each once', () => {
    const driver = new QuerierDriver();
    driver.browse();
    driver.runTo(30);
    driver.sent.length = 0;
    for (let host = 1; host <= 20; host++) {
      for (let n = 0; n < 3; n++) driver.hear(fullAnswer(), { ...DEVICE, address: `10.0.0.${host}` });
    }
    driver.runTo(31);
    expect(driver.sent).toHaveLength(16);
    expect(driver.querier.refusedReplies).toBe(12);
  });
});
