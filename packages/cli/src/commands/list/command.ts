import type { Command } from '../command.ts';

export const listCommand: Command = {
  name: 'list',
  usage: '[SERVICE]',
  summary:
    'Show which services are on this network: every type, or one. SERVICE is a name or a DNS-SD type (_ipp._tcp).',
  options: [
    { name: 'watch', kind: 'flag', summary: 'Print what comes [+], changes [~] and goes [-] until stopped' },
    { name: 'timeout', kind: 'text', summary: 'How long to look', byDefault: '2s' },
    { name: 'json', kind: 'flag', summary: 'Print one JSON array; with --watch one document a line' },
  ],
  examples: [
    ['list', 'everything on this network'],
    ['list redis --json', 'every redis, for programs'],
    ['list --watch', 'follow what comes and goes'],
  ],
  notes: 'Exit code 69 when nothing was found. Durations: 500ms, 2s, 1m; a bare number is seconds.',
  run: async (invocation) => (await import('./run.ts')).listInstances(invocation),
};
