import type { ManualClock } from '@mdns-ambassador/testkit';
import type { Endpoint } from '../../src/pool/endpoint.ts';
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
  /** The places of all that are present after everything that was told. */
  const present = (): readonly string[] => {
    const endpoints = new Map<string, Endpoint>();
    for (const update of updates) {
      if (update.kind === 'reset') endpoints.clear();
      if (update.kind === 'reset' || update.kind === 'add')
        for (const one of update.endpoints) endpoints.set(one.id, one);
      else for (const id of update.ids) endpoints.delete(id);
    }
    return [...endpoints.values()].map(({ addresses, port }) => `${addresses.join(' ')} ${port}`).sort();
  };
  return { updates, start, found, present };
}
