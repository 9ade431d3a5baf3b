import type { Command } from '../command.ts';
import { SERVICE_ACTIONS } from './actions.ts';

export const serviceCommand: Command = {
  name: 'service',
  usage: SERVICE_ACTIONS.join('|'),
  summary:
    'Have this machine run ambassador up by itself: by systemd, on macOS by launchd, on Windows by the task scheduler.',
  options: [
    { name: 'user', kind: 'flag', summary: 'For this user, while logged in', byDefault: 'unless root types it' },
    { name: 'system', kind: 'flag', summary: 'For the machine, from its start on', byDefault: 'where root types it' },
    {
      name: 'dry-run',
      kind: 'flag',
      summary: 'install, uninstall: show the file and the commands, and change nothing',
    },
  ],
  examples: [
    ['service install --dry-run', 'what would be written and run?'],
    ['service install', 'runs ~/.config/ambassador/ambassador.yaml whenever you are logged in'],
    ['service install --system --config /etc/ambassador/ambassador.yaml', 'as root: from the start of the machine on'],
    ['service status', 'is it installed, does it run, and what? Exit code 69 where it does not run'],
    ['service uninstall', 'stops it, and leaves nothing of it'],
  ],
  notes:
    'The file that it runs is the one of --config, else ambassador/ambassador.yaml in ~/.config or, with --system, in /etc (Windows: C:\\ProgramData). It is checked as up --dry-run does, and up follows its changes; ports below 1024, docker, agent and the mesh key are looked at when the service is installed: install it again where these change. With --system, systemd gives the service a user of its own, who sees no home folder and is handed the mesh key; launchd runs it as root, Windows as LOCAL SERVICE. Only --config, --mesh-key-file and --open are handed on: write everything else in the file.',
  run: async (invocation) => (await import('./run.ts')).manageService(invocation),
};
