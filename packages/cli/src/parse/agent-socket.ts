import { platform } from 'node:os';
import { findHome } from '../machine/own-user.ts';

/** Where an agent listens unless told otherwise. */
export const DEFAULT_AGENT_SOCKET: string = nameAgentSocket(platform(), findHome());

export function nameAgentSocket(system: string, home: string): string {
  if (system === 'win32') return '\\\\.\\pipe\\ambassador-agent';
  return system === 'darwin' ? `${home}/.ambassador/agent.sock` : '/run/ambassador/agent.sock';
}
