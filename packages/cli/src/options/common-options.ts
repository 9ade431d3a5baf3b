import type { Option } from './option.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['pretty', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Options that every command takes (CONTRACT 1). */
export const COMMON_OPTIONS: readonly Option[] = [
  { name: 'config', kind: 'text', inFile: false, summary: 'YAML or JSON file with services and options' },
  {
    name: 'interface',
    kind: 'list',
    inFile: 'top',
    summary: 'Use this network interface only; repeatable',
    byDefault: 'every one that is up and multicast-capable',
  },
  {
    name: 'mesh-key-file',
    kind: 'text',
    // It is `mesh: { keyFile }` there.
    inFile: false,
    summary: 'Speak with members of this mesh alone (ambassador mesh init writes the file)',
    byDefault: 'the key in its usual place, ~/.config/ambassador/mesh.key, if there is one; else open mode',
  },
  {
    name: 'open',
    kind: 'flag',
    inFile: 'top',
    summary: 'Use no mesh key, whatever there is: anyone on this network can announce or reach services',
  },
  {
    name: 'peer',
    kind: 'list',
    inFile: 'top',
    summary: 'HOST[:PORT] of a machine that is asked by TCP, where multicast does not go; repeatable, one is enough',
    byDefault: 'those that answered before, while multicast brings nothing',
  },
  {
    name: 'log-level',
    kind: 'text',
    inFile: 'top',
    summary: 'Least severe line of the log on standard error',
    byDefault: 'info; warn when pretty',
    choices: LOG_LEVELS,
  },
  {
    name: 'log-format',
    kind: 'text',
    inFile: 'top',
    summary: 'Form of the log',
    byDefault: 'pretty on a terminal',
    choices: LOG_FORMATS,
  },
];
