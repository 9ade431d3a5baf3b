import { parseChoice } from './parse/choice.ts';
import { parseSource, type SourceSpec } from './parse/source.ts';
import { parseWhere, type TxtFilter } from './parse/where.ts';
import type { Option } from './settings/option.ts';
import type { Settings } from './settings/settings.ts';

const MERGE_MODES = ['union', 'fallback'] as const;

/** What `proxy` and `resolve` share. */
export const SOURCE_OPTIONS: readonly Option[] = [
  {
    name: 'from',
    kind: 'list',
    summary: 'Where endpoints come from: mdns or static:HOST:PORT[,HOST:PORT]; repeatable',
    byDefault: 'mdns',
    beginnings: ['mdns', 'static:'],
  },
  {
    name: 'merge',
    kind: 'text',
    summary: 'All sources together, or the first that has endpoints',
    byDefault: 'union',
    choices: MERGE_MODES,
  },
  { name: 'where', kind: 'list', summary: 'KEY=VALUE that the TXT record must have; repeatable, all must match' },
  { name: 'instance', kind: 'text', summary: 'Only instances whose name matches, * and ? stand for anything' },
  { name: 'allow-cidr', kind: 'list', summary: 'ADDRESS/BITS accepted beyond this network; repeatable' },
];

/** Where the endpoints of a service come from, and which of them count. */
export interface Origins {
  /** In the order written; at least one. */
  readonly from: readonly SourceSpec[];
  readonly merge: 'union' | 'fallback';
  readonly where: readonly TxtFilter[];
  /** A glob. */
  readonly instance?: string;
}

export function readOrigins(settings: Settings): Origins {
  const from = settings.readEach('from', parseSource);
  const instance = settings.read('instance', (text) => text);
  return {
    from: from.length > 0 ? from : [{ kind: 'mdns' }],
    merge: settings.read('merge', (text) => parseChoice(text, MERGE_MODES)) ?? 'union',
    where: settings.readEach('where', parseWhere),
    ...(instance === undefined ? {} : { instance }),
  };
}
