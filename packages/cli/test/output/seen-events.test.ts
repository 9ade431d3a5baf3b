import { SEEN_EVENTS } from '@mdns-ambassador/admin/seen-events';
import type { AnnouncerEvent } from '@mdns-ambassador/announcer';
import { expect, test } from 'vitest';
import { announcerEventToFact } from '../../src/output/announcer-lines.ts';

test('who looks is told at once of a service that fails its check, and of one that is withdrawn', () => {
  const events: readonly AnnouncerEvent[] = [
    { kind: 'check-failed', service: 'web', reason: 'it answers 503' },
    { kind: 'withdrawn', service: 'web', instance: 'web on anna', reason: 'it answers 503' },
  ];
  const facts = events.map((event) => announcerEventToFact(event).event);
  expect(SEEN_EVENTS).toEqual(expect.arrayContaining(facts));
});
