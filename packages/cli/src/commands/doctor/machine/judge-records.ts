import { countThings, joinWords } from '../../../output/phrases.ts';
import { ok, type Verdict, warning } from '../findings/finding.ts';
import type { Facts } from './facts.ts';

/** Whether all that is announced is seen. */
export function judgeRecords({ refusedRecords }: Facts): Verdict {
  if (refusedRecords === undefined) return warning('Whether all that is announced is seen could not be tried.', '');
  const { on, count } = refusedRecords;
  if (on.length === 0) return ok('What is announced is within the limits of what is kept.');
  return warning(
    `More is announced on ${joinWords(on)} than is kept, so not every instance is seen; ${countThings(count, 'record')} found no room.`,
    'Name those that are missed with --from static:HOST:PORT.',
  );
}
