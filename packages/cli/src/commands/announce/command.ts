import { ANNOUNCE_OPTIONS } from '../../options/announce-options.ts';
import type { Command } from '../command.ts';

export const announceCommand: Command = {
  name: 'announce',
  usage: '[SERVICE...] [-- COMMAND ARGS...]',
  summary:
    'Tell this network about services on this machine. SERVICE is NAME, NAME:PORT or NAME=HOST:PORT; without a port it is the well-known one.',
  options: ANNOUNCE_OPTIONS,
  examples: [
    ['announce redis:12345', 'a redis that listens on port 12345'],
    ['announce redis postgres', 'two services on their usual ports'],
    ['announce web:3000', 'a page: http://web.local:3000 in every browser on the network'],
    ['announce web:3000 --relay', 'one that listens on localhost only'],
    ['announce api:8080 --check http:/health --txt path=/api', 'only while /health answers'],
    ['announce --docker', 'the containers of this host, as their labels ask for'],
    ['announce web:3000 --on-demand -- node server.js', 'start it for the first connection, stop it when idle'],
    ['announce web:8000 -- python3 -m http.server 8000', 'run it, and say goodbye before it ends'],
  ],
  notes: 'Durations: 500ms, 2s, 1m; a bare number is seconds. One announces what is named and nothing else.',
  run: async (invocation) => (await import('./run.ts')).announceServices(invocation),
};
