import { describe, expect, it } from 'vitest';
import type { ServiceOptions } from '../../../src/publication.ts';
import { isSameName } from '../../../src/wire/name.ts';
import { type ResourceRecord, recordKey } from '../../../src/wire/record.ts';
import { response } from '../../wire/messages.ts';
import { answersOf, Driver, foreignSrv, REDIS, REDIS_NAME, record } from './responder-driver.ts';

const PLAIN: ServiceOptions = { ...REDIS, txt: new Map([['id', Buffer.from('k3x9')]]) };
const DRAINING: ServiceOptions = { ...REDIS, txt: new Map([...(PLAIN.txt ?? []), ['st', Buffer.from('drain')]]) };
const START_MS = 3_000;

/** What a cache between two links still has of a service that was killed. */
function cacheFormerLife(service: ServiceOptions): readonly ResourceRecord[] {
  const former = new Driver();
  former.responder.publish('redis', service, 0, { announce: true });
  return [...new Map(answersOf(former.run(5_000)).map((each) => [recordKey(each), each])).values()];
}

/** Starts anew; whoever asks for a name is answered with all that the cache has of it. */
function restart(cache: readonly ResourceRecord[], service: ServiceOptions = PLAIN): readonly string[] {
  const driver = new Driver({ random: 0.5 });
  driver.responder.publish('redis', service, 0, { announce: true });
  for (let at = 0; at <= START_MS; at += 10) {
    for (const { transmit } of driver.run(at)) {
      for (const { name } of transmit.message.kind === 'query' ? transmit.message.questions : []) {
        const answers = cache.filter((cached) => isSameName(cached.name, name));
        if (answers.length > 0) driver.receive(response(answers));
      }
    }
  }
  return driver.responder.takeEvents().map(({ kind }) => kind);
}

describe('a service that starts again while somebody answers from a cache', () => {
  it('keeps its name, since what is told is what it says (RFC 6762 9)', () => {
    expect(restart(cacheFormerLife(PLAIN))).toEqual(['host-claimed', 'claimed', 'announced']);
  });

  it('keeps its name where its former life was about to leave, and other TXT data are cached', () => {
    expect(restart(cacheFormerLife(DRAINING))).toEqual(['host-claimed', 'claimed', 'announced']);
  });

  it('gives its name up where the name leads to another host, whatever TXT data it has', () => {
    const [text] = cacheFormerLife(DRAINING).filter(({ data }) => data.type === 'TXT');
    const others = [foreignSrv(), ...(text === undefined ? [] : [text])];
    expect(restart(others)).toContain('conflict');
  });

  it('gives its name up for TXT data alone that are not its own (RFC 6762 8.1)', () => {
    expect(restart([record(REDIS_NAME, { type: 'TXT', strings: [Buffer.from('id=other')] })])).toContain('conflict');
  });
});

describe('two processes of one host that announce one place with other TXT data', () => {
  it('do not contradict each other for ever', () => {
    const left = Driver.settled({}, PLAIN);
    const right = new Driver({ random: 0.5 });
    right.responder.publish('redis', DRAINING, left.now, { announce: true });
    right.now = left.now;
    const contradictions: number[] = [];
    for (let at = left.now; at <= 120_000; at += 10) {
      const fromLeft = left.run(at);
      const fromRight = right.run(at);
      for (const { transmit } of fromRight) left.receive(transmit.message);
      for (const { transmit } of fromLeft) right.receive(transmit.message);
      if (fromLeft.length + fromRight.length > 0) contradictions.push(at);
    }
    const events = [...left.responder.takeEvents(), ...right.responder.takeEvents()].map(({ kind }) => kind);
    expect(events.filter((kind) => kind === 'conflict')).toHaveLength(1);
    expect(contradictions.at(-1)).toBeLessThan(90_000);
  });
});
