import { describe, expect, it } from 'vitest';
import { answersOf, Driver, probesOf, REDIS, responsesOf, typesOf } from './driver.ts';

describe('Responder', () => {
  it('probes three times, 250 ms apart, and announces 250 ms after the last probe (RFC 6762 8.1, 8.3)', () => {
    const driver = new Driver({ random: 0.4 });
    driver.responder.publish('redis', REDIS, 0, { announce: true });
    const sent = driver.run(10_000);
    expect(probesOf(sent).map(({ at }) => at)).toEqual([100, 350, 600]);
    expect(responsesOf(sent).map(({ at }) => at)).toEqual([850, 1_850, 3_850]);
    expect(typesOf(answersOf(sent.slice(3, 4)))).toEqual(['A', 'AAAA', 'SRV', 'TXT', 'PTR', 'PTR']);
    expect(driver.responder.takeEvents()).toEqual([
      { kind: 'host-claimed' },
      { kind: 'claimed', id: 'redis' },
      { kind: 'announced', id: 'redis' },
    ]);
  });
});
