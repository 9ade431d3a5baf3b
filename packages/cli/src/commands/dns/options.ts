import { DNS_OPTIONS } from '../../options/dns-options.ts';
import type { Option } from '../../options/option.ts';

export const DNS_COMMAND_OPTIONS: readonly Option[] = [
  {
    name: 'install',
    kind: 'flag',
    inFile: false,
    summary: 'Say what has this machine ask here for the domain, by what it looks up names with, and end',
  },
  { name: 'uninstall', kind: 'flag', inFile: false, summary: 'Say what takes that back, and end' },
  { name: 'write', kind: 'flag', inFile: false, summary: 'Do it: write the file, or remove it; for root' },
  ...DNS_OPTIONS,
];
