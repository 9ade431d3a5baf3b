import { DEFAULT_AGENT_SOCKET } from '../parse/agent-socket.ts';
import { ADMIN_OPTION, EVENTS_OPTION, PEER_PORT_OPTION } from './daemon-options.ts';
import { DOCKER_OPTIONS } from './docker-options.ts';
import type { Option } from './option.ts';

export const AGENT_OPTIONS: readonly Option[] = [
  { name: 'socket', kind: 'text', summary: 'Path of the unix socket', byDefault: DEFAULT_AGENT_SOCKET },
  { name: 'socket-mode', kind: 'text', summary: 'Who may read from it, as for chmod', byDefault: '0666' },
  ...DOCKER_OPTIONS,
  { name: 'allow-cidr', kind: 'list', summary: 'ADDRESS/BITS accepted beyond this network; repeatable' },
  PEER_PORT_OPTION,
  ADMIN_OPTION,
  EVENTS_OPTION,
];
