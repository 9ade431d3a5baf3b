import type { Command } from '../command.ts';

export const statusCommand: Command = {
  name: 'status',
  usage: '[SERVICE]',
  summary:
    'Show every service that is announced and proxied on this machine, by this user (root: by all), and whether it is ready.',
  options: [
    {
      name: 'json',
      kind: 'flag',
      summary: 'Print one JSON document of {ready, services, processes, problems}',
    },
  ],
  examples: [
    ['status', 'what runs here'],
    ['status redis', 'of this service alone'],
    ['status redis && ./backup.sh', 'in a script: only while it is ready'],
    ['status --json', 'for programs'],
  ],
  notes:
    'Each announce, proxy, agent, run and up has a socket of its own for this, in $XDG_RUNTIME_DIR/ambassador, which its user alone may open; on Windows a named pipe. Exit code 69 where something is not ready, or nothing runs.',
  run: async (invocation) => (await import('./run.ts')).showStatus(invocation),
};
