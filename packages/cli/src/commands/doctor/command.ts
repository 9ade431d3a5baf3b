import type { Command } from '../command.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  usage: '',
  summary: 'Find out what stops discovery on this machine, and what to do about it. Takes three seconds.',
  options: [{ name: 'json', kind: 'flag', summary: 'Print one JSON array of {check, status, message, remedy}' }],
  examples: [
    ['doctor', 'look at every interface that would be used'],
    ['doctor --interface wlan0', 'at this one'],
    ['doctor --json', 'for programs'],
  ],
  notes: 'Exit code 69 when a problem was found; warnings alone end with 0.',
  run: async (invocation) => (await import('./run.ts')).examineMachine(invocation),
};
