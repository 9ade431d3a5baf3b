import { AGENT_OPTIONS } from '../../options/agent-options.ts';
import { DEFAULT_AGENT_SOCKET } from '../../parse/agent-socket.ts';
import type { Command } from '../command.ts';

export const agentCommand: Command = {
  name: 'agent',
  usage: '',
  summary:
    'Tell containers on this host what is on the network. It runs on the host (or in a container on the host network), listens to every interface, bridges of containers included, and serves what it hears on a unix socket: ambassador proxy SERVICE --from agent:PATH reads it.',
  options: AGENT_OPTIONS,
  examples: [
    ['agent', `serve what is on the network at ${DEFAULT_AGENT_SOCKET}`],
    ['agent --docker', 'and announce the containers of this host by their labels'],
    ['agent --socket ./agent.sock --socket-mode 0660', 'for one group only'],
    ['proxy redis --from agent:/run/ambassador/agent.sock', 'in a container that has the socket mounted'],
  ],
  notes:
    'Every local user may read from the socket unless --socket-mode says otherwise: what it tells is what anybody on the network can hear. Nothing can be announced through it.',
  run: async (invocation) => (await import('./run.ts')).runAgent(invocation),
};
