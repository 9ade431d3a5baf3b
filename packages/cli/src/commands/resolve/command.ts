import { PREFER_OPTION, SOURCE_OPTIONS } from '../../options/source-options.ts';
import type { Command } from '../command.ts';
import { RESOLVE_FORMATS } from './formats.ts';

export const resolveCommand: Command = {
  name: 'resolve',
  usage: 'SERVICE',
  summary: 'Print where a service can be reached, the best first.',
  options: [
    {
      name: 'all',
      kind: 'flag',
      summary: 'Every endpoint in the order in which they would be tried, not only the first',
    },
    {
      name: 'format',
      kind: 'text',
      summary: 'Form of the lines',
      byDefault: 'address',
      choices: RESOLVE_FORMATS,
    },
    { name: 'timeout', kind: 'text', summary: 'How long to look at most', byDefault: '2s' },
    { name: 'json', kind: 'flag', summary: 'Print every endpoint as one JSON array' },
    PREFER_OPTION,
    ...SOURCE_OPTIONS,
  ],
  examples: [
    ['resolve redis', '10.99.0.1:12345'],
    ['resolve redis --format env', 'REDIS_HOST=..., REDIS_PORT=... for eval and env files'],
    ['resolve redis --json', 'every endpoint, for programs'],
  ],
  notes: 'Exit code 69 when nothing was found. Durations: 500ms, 2s, 1m; a bare number is seconds.',
  run: async (invocation) => (await import('./run.ts')).resolveService(invocation),
};
