import type { Target } from '@mdns-ambassador/relay';
import { ADMIN_OPTION } from './admin-request.ts';
import { InvalidValue } from './cli-error.ts';
import { DOCKER_OPTIONS } from './docker-request.ts';
import { LONGEST_SOCKET_PATH } from './parse/listen.ts';
import { DEFAULT_AGENT_SOCKET } from './parse/source.ts';
import type { Option } from './settings/option.ts';
import type { Settings } from './settings/settings.ts';

/**
 * A container's user is nobody on the host, and to connect to a socket is to write to it. The feed tells what is multicast in the
 * clear, and takes no orders.
 */
const DEFAULT_SOCKET_MODE = 0o666;

export const AGENT_OPTIONS: readonly Option[] = [
  { name: 'socket', kind: 'text', summary: 'Path of the unix socket', byDefault: DEFAULT_AGENT_SOCKET },
  { name: 'socket-mode', kind: 'text', summary: 'Who may read from it, as for chmod', byDefault: '0666' },
  ...DOCKER_OPTIONS,
  { name: 'allow-cidr', kind: 'list', summary: 'ADDRESS/BITS accepted beyond this network; repeatable' },
  ADMIN_OPTION,
  { name: 'json', kind: 'flag', summary: 'Print events as one JSON document a line' },
];

export interface AgentRequest {
  readonly at: Target & { readonly kind: 'unix' };
  /** Permission bits of the socket. */
  readonly mode: number;
}

/** Throws a CliError that names the first wrong value. */
export function readAgentRequest(settings: Settings): AgentRequest {
  return {
    at: { kind: 'unix', path: settings.read('socket', parseSocketPath) ?? DEFAULT_AGENT_SOCKET },
    mode: settings.read('socket-mode', parseMode) ?? DEFAULT_SOCKET_MODE,
  };
}

function parseSocketPath(text: string): string {
  const path = text.replace(/^unix:/, '');
  if (path === '' || path.includes('\0') || path.length > LONGEST_SOCKET_PATH) {
    throw new InvalidValue(`"${text}" is no path of a socket; write 1 to ${LONGEST_SOCKET_PATH} characters`);
  }
  return path;
}

function parseMode(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) throw new InvalidValue(`"${text}" is no mode; write one such as 0666 or 0660`);
  return Number.parseInt(text, 8);
}
