import type { ManualClock } from '@mdns-ambassador/testkit';
import type { Update } from '../../src/pool/update.ts';
import type { Source } from '../../src/sources/source.ts';

/** What a source tells once it is started. */
export function hearUpdates(source: Source, clock: ManualClock) {
  const updates: Update[] = [];
  const start = async (): Promise<void> => {
    await source.start((update) => updates.push(update));
    await clock.advance(0);
  };
  /** The places of the last reset, or what was told after it. */
  const found = (): unknown => {
    const last = updates.at(-1);
    return last?.kind === 'reset'
      ? last.endpoints.map(({ addresses, port }) => `${addresses.join(' ')} ${port}`)
      : last?.kind;
  };
  return { updates, start, found };
}
