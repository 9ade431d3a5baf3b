import type { Example } from './example-lines.ts';

/** What the program is, for its help and its manual. */
export const PROGRAM_SUMMARY = 'services on a LAN find each other and connect, with no registry and no addresses';

export const PROGRAM_EXAMPLES: readonly Example[] = [
  ['announce redis:12345', 'on the machine where redis listens on port 12345'],
  ['proxy redis', 'on another: redis is now on localhost:6379'],
  ['list', 'what is on this network'],
  ['demo', 'see it work on this machine alone'],
];

/** Where the value of an option may stand, and which place counts. */
export const WHERE_OPTIONS_STAND =
  'Every option also reads AMBASSADOR_<OPTION> (AMBASSADOR_LOG_LEVEL=debug; several values with ";" between). Options win over the environment, the environment over --config FILE.';
