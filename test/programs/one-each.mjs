/** node one-each.mjs ARGS...: the command line, which knows `ambassador/1` alone: each client of a mesh has a connection of its own. */
import { setFlagsFromString } from 'node:v8';
import { PROTOCOLS } from '../../packages/mesh/dist/member.js';

// As bin/ambassador.js does.
setFlagsFromString('--semi-space-growth-factor=1');
PROTOCOLS.shift();
await import('../../packages/cli/dist/main.js');
