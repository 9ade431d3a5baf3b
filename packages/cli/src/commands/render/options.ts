import { LISTEN_OPTIONS } from '../../options/listen-options.ts';
import type { Option } from '../../options/option.ts';
import { SOURCE_OPTIONS } from '../../options/source-options.ts';

export const RENDER_FORMATS = ['haproxy', 'nginx', 'env'] as const;
export type RenderFormat = (typeof RENDER_FORMATS)[number];

export const RENDER_OPTIONS: readonly Option[] = [
  { name: 'output', alias: 'o', kind: 'text', summary: 'FILE to write', byDefault: 'print it' },
  {
    name: 'check',
    kind: 'text',
    summary:
      'CMD that accepts or refuses what is new, with its path in the place of {} or at the end; only then FILE is replaced',
  },
  { name: 'reload', kind: 'text', summary: 'CMD that is run once FILE is replaced' },
  { name: 'watch', kind: 'flag', summary: 'Go on, and write again when endpoints change: once a second at most' },
  { name: 'fragment', kind: 'flag', summary: 'nginx: only what stands within stream { }, for an include there' },
  { name: 'timeout', kind: 'text', summary: 'How long to look at most', byDefault: '2s' },
  ...LISTEN_OPTIONS,
  ...SOURCE_OPTIONS,
];
