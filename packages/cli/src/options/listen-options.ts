import type { Option } from './option.ts';

/** What `proxy` and `render` share. */
export const LISTEN_OPTIONS: readonly Option[] = [
  {
    name: 'listen',
    kind: 'list',
    summary: 'ADDRESS:PORT or unix:PATH; repeatable',
    byDefault: "localhost and the service's port",
  },
  { name: 'allow-remote', kind: 'flag', summary: 'Let --listen accept connections from other machines' },
];
