import { ADMIN_OPTION, CONNECTIONS_OPTION, EVENTS_OPTION, PEER_PORT_OPTION } from '../../options/daemon-options.ts';
import { REGISTRY_LOGIN_OPTION } from '../../options/registry-options.ts';
import type { Command } from '../command.ts';

export const upCommand: Command = {
  name: 'up',
  usage: '',
  summary:
    'Announce and proxy everything in a file, in one process. The file is ./ambassador.yaml, else ambassador/ambassador.yaml in ~/.config, else in /etc; or what --config says.',
  options: [
    { name: 'dry-run', kind: 'flag', summary: 'Print what would be done, and end: 0, or 78 when the file is broken' },
    REGISTRY_LOGIN_OPTION,
    PEER_PORT_OPTION,
    ADMIN_OPTION,
    CONNECTIONS_OPTION,
    EVENTS_OPTION,
  ],
  examples: [
    ['up', 'everything in ./ambassador.yaml'],
    ['up --config mesh.yaml --dry-run', 'is the file right, and what would be done?'],
    ['up --admin 127.0.0.1:9901', 'with health, metrics, status and a dashboard'],
  ],
  notes:
    'The file is read again when it changes, and on SIGHUP: what did not change keeps its listeners, announcements and connections; a broken file is reported, and what was before goes on. admin, interface, peer, peerPort, mesh, logLevel, logFormat and logConnections are read at the start alone, and so is whether there is an agent. What announce, proxy and agent take is written in camel case: docker: true announces containers, agent: {} tells them what is on the network, dns: {} answers for ambassador.internal as ambassador dns does. Example of a file: {announce: [{service: redis, port: 12345, check: redis}], proxy: [{service: api, listen: "127.0.0.1:8000"}]}',
  run: async (invocation) => (await import('./run.ts')).runUp(invocation),
};
