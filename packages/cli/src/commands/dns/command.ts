import { DNS_OPTIONS } from '../../options/dns-options.ts';
import type { Command } from '../command.ts';

export const dnsCommand: Command = {
  name: 'dns',
  usage: '',
  summary:
    'Answer DNS for what is on this network, so that programs that know nothing of mDNS find it: redis.ambassador.internal is wherever redis is.',
  options: [
    {
      name: 'install',
      kind: 'flag',
      inFile: false,
      summary: 'Say what has this machine ask here for the domain, by what it looks up names with, and end',
    },
    { name: 'uninstall', kind: 'flag', inFile: false, summary: 'Say what takes that back, and end' },
    { name: 'write', kind: 'flag', inFile: false, summary: 'Do it: write the file, or remove it; for root' },
    ...DNS_OPTIONS,
  ],
  examples: [
    ['dns', 'answer for ambassador.internal on 127.0.0.1:5355'],
    ['dns --install', 'how has this machine ask there for the domain?'],
    ['proxy orders:5432 users:5432 --dns', 'the same, and two databases on their usual port at once'],
  ],
  notes:
    'SERVICE.DOMAIN is the addresses of a service, INSTANCE.SERVICE.DOMAIN of one instance: its name in lower case, each run of other characters than a-z and 0-9 a hyphen. _SERVICE._tcp.DOMAIN has SRV records, and DNS-SD browsers find everything (RFC 6763). A service that this process proxies leads to the proxy. Answers hold for 5 seconds, "there is none" for one. It answers for its domain alone, asks nobody else, and never answers for local.',
  run: async (invocation) => (await import('./run.ts')).runDns(invocation),
};
