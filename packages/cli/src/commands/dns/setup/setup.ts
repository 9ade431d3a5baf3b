import type { Findings } from './findings.ts';

/** What has a machine ask a server for one domain, and nothing else. */
export interface Setup {
  /** What this machine looks up names with. */
  readonly asker: string;
  /** Undefined where it is no file. */
  readonly file: { readonly path: string; readonly text: string } | undefined;
  /** What makes it known, once the file is there. */
  readonly install: readonly (readonly string[])[];
  /** The same, once the file is gone. */
  readonly uninstall: readonly (readonly string[])[];
}

export interface SetupPlace {
  readonly domain: string;
  /** A literal address. */
  readonly address: string;
  readonly port: number;
}

/** By this a file is known as ours. */
export const SIGNATURE = '# Written by ambassador dns --install. ambassador dns --uninstall --write removes it';

const DNS_PORT = 53;
/** systemd 258 sends a domain to a server without making it one for everything else. */
const FIRST_WITH_DELEGATES = 258;

/** Undefined where nothing on this machine sends one domain elsewhere. */
export function chooseSetup(findings: Findings, place: SetupPlace): Setup | undefined {
  switch (findings.platform) {
    case 'darwin':
      return createResolverFile(place);
    case 'win32':
      return place.port === DNS_PORT ? createNrptRule(place) : undefined;
    case 'linux':
      return chooseLinuxSetup(findings, place);
    default:
      return undefined;
  }
}

/** Why there is no setup, and what to do. */
export function explainNoSetup({ platform, resolvConf }: Findings, { domain, address, port }: SetupPlace): string {
  switch (platform) {
    case 'win32':
      return `Windows asks name servers at port 53 alone; write --listen ${address}:53 here and where names are answered`;
    case 'linux': {
      const servers = listServers(resolvConf).join(', ') || 'no server';
      return `nothing on this machine sends one domain elsewhere: /etc/resolv.conf names ${servers}; install systemd-resolved or dnsmasq and run this again, or have your name server forward ${domain} to ${address}, port ${port}`;
    }
    default:
      return `it is not known how ${platform} sends one domain elsewhere; have your name server forward ${domain} to ${address}, port ${port}`;
  }
}

function chooseLinuxSetup(findings: Findings, place: SetupPlace): Setup | undefined {
  const { domain } = place;
  const { resolvConf, nsswitch, isResolvedThere, systemdVersion = 0, networkManager, hasDnsmasqFolder } = findings;
  const servers = listServers(resolvConf);
  const isResolvedAsked =
    servers.some((server) => /^127\.0\.0\.5[34]$/.test(server)) || /^hosts:.*\bresolve\b/m.test(nsswitch);
  if (isResolvedThere && isResolvedAsked) {
    return systemdVersion >= FIRST_WITH_DELEGATES
      ? createResolved(place, `/etc/systemd/dns-delegate.d/${domain}.dns-delegate`, 'Delegate', domain)
      : createResolved(place, `/etc/systemd/resolved.conf.d/${domain}.conf`, 'Resolve', `~${domain}`);
  }
  const isOwnServerAsked = servers.some((server) => server.startsWith('127.') || server === '::1');
  if (!isOwnServerAsked) return undefined;
  if (/^\s*dns\s*=\s*dnsmasq\s*$/m.test(networkManager)) {
    const reload = ['nmcli', 'general', 'reload', 'dns-full'];
    return createDnsmasq(place, 'dnsmasq of NetworkManager', '/etc/NetworkManager/dnsmasq.d', reload);
  }
  if (!hasDnsmasqFolder) return undefined;
  return createDnsmasq(place, 'dnsmasq', '/etc/dnsmasq.d', ['systemctl', 'restart', 'dnsmasq']);
}

function listServers(resolvConf: string): readonly string[] {
  return [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, server = '']) => server);
}

function createResolverFile({ domain, address, port }: SetupPlace): Setup {
  return {
    asker: 'macOS',
    file: { path: `/etc/resolver/${domain}`, text: `${SIGNATURE}\nnameserver ${address}\nport ${port}\n` },
    install: [],
    uninstall: [],
  };
}

function createNrptRule({ domain, address }: SetupPlace): Setup {
  const mark = `ambassador dns ${domain}`;
  const shell = (command: string): readonly string[] => ['powershell', '-NoProfile', '-Command', command];
  const remove = `Get-DnsClientNrptRule | Where-Object Comment -eq '${mark}' | Remove-DnsClientNrptRule -Force`;
  const add = `Add-DnsClientNrptRule -Namespace '.${domain}' -NameServers '${address}' -Comment '${mark}'`;
  return { asker: 'Windows', file: undefined, install: [shell(`${remove}; ${add}`)], uninstall: [shell(remove)] };
}

function createResolved({ address, port }: SetupPlace, path: string, section: string, domains: string): Setup {
  const text = `${SIGNATURE}\n[${section}]\nDNS=${formatServer(address, port)}\nDomains=${domains}\n`;
  const restart = [['systemctl', 'restart', 'systemd-resolved']];
  return { asker: 'systemd-resolved', file: { path, text }, install: restart, uninstall: restart };
}

function createDnsmasq(place: SetupPlace, asker: string, folder: string, reload: readonly string[]): Setup {
  const file = { path: `${folder}/${place.domain}.conf`, text: formatDnsmasq(place) };
  return { asker, file, install: [reload], uninstall: [reload] };
}

/** Where dnsmasq takes no private addresses from others, it is to take these. */
function formatDnsmasq({ domain, address, port }: SetupPlace): string {
  return `${SIGNATURE}\nserver=/${domain}/${address}#${port}\nrebind-domain-ok=/${domain}/\n`;
}

function formatServer(address: string, port: number): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return port === DNS_PORT ? address : `${host}:${port}`;
}
