import type { Command } from '../command.ts';

export const completionCommand: Command = {
  name: 'completion',
  usage: '[bash|zsh|fish|powershell]',
  summary:
    'Print or install a completion script (default: for the shell of $SHELL, on Windows for PowerShell). It knows commands, options, and the services and instances that running processes and the last ambassador list know of.',
  options: [
    {
      name: 'install',
      kind: 'flag',
      inFile: false,
      summary: "Write it to this user's usual place (bash, zsh, fish), and say which that is",
    },
    { name: 'uninstall', kind: 'flag', inFile: false, summary: 'Take that back' },
  ],
  examples: [
    ['completion --install', 'for the shell that you use'],
    ['completion zsh --uninstall', 'as it was before'],
    ['completion bash > /etc/bash_completion.d/ambassador', 'for all users, as root'],
    ['completion powershell >> $PROFILE', 'PowerShell'],
  ],
  run: async (invocation) => (await import('./run.ts')).completeShell(invocation),
};
