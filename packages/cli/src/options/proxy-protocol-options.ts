import type { Option } from './option.ts';

/** What `announce` and `proxy` share. */
export const PROXY_PROTOCOL_OPTIONS: readonly Option[] = [
  {
    name: 'accept-proxy',
    kind: 'list',
    summary:
      'ADDRESS/BITS of a front, such as a load balancer, whose connections begin with a PROXY protocol header (version 1 or 2); repeatable',
    byDefault: 'nobody: what comes is passed on as it is',
  },
  {
    name: 'send-proxy',
    kind: 'flag',
    summary: 'Tell the service who the client is: a PROXY protocol header (version 2) begins each connection to it',
  },
];
