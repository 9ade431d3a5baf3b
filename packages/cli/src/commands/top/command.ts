import type { Command } from '../command.ts';

export const topCommand: Command = {
  name: 'top',
  usage: '',
  summary:
    'Watch what is announced and proxied on this machine: clients, connections and bytes a second, live. Where standard output is no terminal, one table.',
  options: [
    {
      name: 'all',
      kind: 'flag',
      summary: 'Show all machines of the network, as far as a process that runs here may know of them',
    },
    {
      name: 'web',
      kind: 'flag',
      summary: 'Put the page of a process that runs here at a port of localhost, and print where',
    },
  ],
  examples: [
    ['top', 'q quits, s sorts, / filters, e shows endpoints'],
    ['top --web', 'as a page in a browser'],
    ['top | cat', 'once, without a terminal'],
  ],
  notes:
    'It shows what ambassador status shows, of this user (root: of all). Bytes are counted where they pass through: by proxies, and by announcers that relay.',
  run: async (invocation) => (await import('./run.ts')).runTop(invocation),
};
