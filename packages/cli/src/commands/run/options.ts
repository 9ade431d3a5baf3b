import { CONNECTIONS_OPTION } from '../../options/daemon-options.ts';
import type { Option } from '../../options/option.ts';
import { PROXY_OPTIONS } from '../../options/proxy-options.ts';

/** Standard output is the command's, and ports are chosen by the system. */
const PROXY_ALONE: ReadonlySet<string> = new Set(['listen', 'allow-remote', 'json', CONNECTIONS_OPTION.name]);

export const RUN_OPTIONS: readonly Option[] = [
  {
    name: 'env',
    kind: 'list',
    summary: 'SERVICE=PREFIX: tell of a service under another name, as in redis=CACHE; repeatable',
    byDefault: "the service's name",
  },
  {
    name: 'wait',
    kind: 'text',
    summary: 'How long the command is held back until each service has an endpoint; 0 starts it at once',
    byDefault: '30s',
  },
  ...PROXY_OPTIONS.filter(({ name }) => !PROXY_ALONE.has(name)),
];
