import { ADMIN_OPTION, EVENTS_OPTION, PEER_PORT_OPTION } from './daemon-options.ts';
import type { Option } from './option.ts';

const PLACE = { kind: 'text', byDefault: '127.0.0.1:5355', beginnings: ['127.0.0.1:', 'localhost:'] } as const;

/** A proxy that answers for its names, too. In the file, that is the section `dns`. */
export const DNS_FLAGS: readonly Option[] = [
  {
    name: 'dns',
    kind: 'flag',
    inFile: false,
    summary:
      'Answer DNS, as ambassador dns does, and listen for each service on a loopback address of its own, to which SERVICE.ambassador.internal leads',
  },
  { name: 'dns-listen', ...PLACE, inFile: false, summary: 'ADDRESS:PORT of --dns, for UDP and TCP' },
];

export const DNS_OPTIONS: readonly Option[] = [
  { name: 'listen', ...PLACE, summary: 'ADDRESS:PORT, for UDP and TCP' },
  { name: 'domain', kind: 'text', summary: 'What all names end in', byDefault: 'ambassador.internal' },
  { name: 'allow-remote', kind: 'flag', summary: 'Let --listen answer other machines' },
  { name: 'allow-cidr', kind: 'list', summary: 'ADDRESS/BITS accepted beyond this network; repeatable' },
  PEER_PORT_OPTION,
  ADMIN_OPTION,
  EVENTS_OPTION,
];
