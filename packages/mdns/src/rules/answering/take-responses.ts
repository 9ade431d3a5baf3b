import type { Message } from '../../wire/message.ts';
import { composeResponses } from './response.ts';
import type { ResponseQueue } from './response-queue.ts';
import type { OwnZone } from './zone.ts';

/** The multicast responses that are due. A record goes out once a second at most, as an additional too (RFC 6762 6). */
export function takeResponses(queue: ResponseQueue, zone: OwnZone, now: number): readonly Message[] {
  const answers = queue.take(now).flatMap(({ key, isDefence }) => {
    const set = zone.set(key);
    return set === undefined || !(isDefence || zone.isTold(set)) ? [] : [set];
  });
  const responses = composeResponses(answers, (answer) =>
    zone.additionals(answer).filter(({ key }) => queue.mayMulticast(key, now)),
  );
  for (const { key } of responses.flatMap(({ sets }) => sets)) queue.noteMulticast(key, now);
  return responses.map(({ message }) => message);
}
