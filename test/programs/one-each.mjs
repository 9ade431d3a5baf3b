/** node one-each.mjs ARGS...: the command line, where each client of a mesh has a connection of its own, as in versions before `ambassador/2`. */
import { setFlagsFromString } from 'node:v8';
import { PROTOCOLS } from '../../packages/mesh/dist/member.js';

// As bin/ambassador.js does.
setFlagsFromString('--semi-space-growth-factor=1');
PROTOCOLS.shift();
await import('../../packages/cli/dist/main.js');
