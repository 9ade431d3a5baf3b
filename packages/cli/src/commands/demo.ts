import type { Command } from '../command.ts';
export const demoCommand: Command = {
  name: 'demo',
  usage: '',
  summary: 'x',
  options: [],
  examples: [],
  run: async () => 0,
};
