import { homedir, platform } from 'node:os';

/** Where an agent listens unless told otherwise. */
export const DEFAULT_AGENT_SOCKET: string = nameAgentSocket(platform(), homedir());

export function nameAgentSocket(system: string, home: string): string {
  if (system === 'win32') return '\\\\.\\pipe\\ambassador-agent';
  return system === 'darwin' ? `${home}/.ambassador/agent.sock` : '/run/ambassador/agent.sock';
}
