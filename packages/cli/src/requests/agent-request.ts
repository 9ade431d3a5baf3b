import type { Target } from '@mdns-ambassador/relay';
import { CliError, InvalidValue } from '../exit/cli-error.ts';
import { EXIT_REFUSED } from '../exit/exit-codes.ts';
import { DEFAULT_AGENT_SOCKET } from '../parse/agent-socket.ts';
import { LONGEST_SOCKET_PATH } from '../parse/listen.ts';
import type { Settings } from '../settings/settings.ts';
import { isUsualKey } from '../settings/usual-key.ts';

/**
 * A container's user is nobody on the host, and to connect to a socket is to write to it. The feed tells what is multicast in the
 * clear, and takes no orders.
 */
const DEFAULT_SOCKET_MODE = 0o666;

export interface AgentRequest {
  readonly at: Target & { readonly kind: 'unix' };
  /** Permission bits of the socket. */
  readonly mode: number;
}

/** Throws a CliError that names the first wrong value. */
export function readAgentRequest(settings: Settings): AgentRequest {
  refuseMesh(settings);
  return {
    at: { kind: 'unix', path: settings.read('socket', parseSocketPath) ?? DEFAULT_AGENT_SOCKET },
    mode: settings.read('socket-mode', parseMode) ?? DEFAULT_SOCKET_MODE,
  };
}

function refuseMesh(settings: Settings): void {
  const given = settings.find('mesh-key-file').at(-1);
  if (given === undefined || isUsualKey(given)) return;
  throw new CliError(
    EXIT_REFUSED,
    `${given.origin}: an agent tells what it hears, also of strangers; give the key to each proxy that reads from it, and leave it out here`,
  );
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
