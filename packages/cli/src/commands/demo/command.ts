import type { Command } from '../command.ts';

export const demoCommand: Command = {
  name: 'demo',
  usage: '',
  summary:
    'See the main job on this machine alone, in 20 seconds: three services, a proxy, clients, a kill -9 under load, a graceful leave, a newcomer. Needs no network, no root, nothing installed.',
  options: [],
  examples: [['demo', 'ends with 0 when no connection failed']],
  run: async (invocation) => (await import('./run.ts')).playDemo(invocation),
};
