/** What somebody is to do, by platform; DEV stands for the name of an interface. */
export interface Remedies {
  readonly portHeld: string;
  readonly groupRefused: string;
  readonly notLooped: string;
  readonly filtered: string;
  /** Nobody else was heard, which a filter of what others send would explain. */
  readonly othersUnheard: string;
  /** TCP that comes in is dropped. */
  readonly tcpDropped: string;
  readonly clock: string;
}

/** Windows takes the network for public. */
export const PUBLIC_NETWORK_REMEDY =
  'Make it private in Settings > Network & internet, or allow node.exe on public networks in Windows Security > Firewall & network protection > Allow an app through firewall.';

const LINUX: Remedies = {
  portHeld:
    'Announce with --responder avahi where that is avahi-daemon (or set disallow-other-stacks=no in avahi-daemon.conf), and name peers with --from static:HOST:PORT.',
  groupRefused: 'See that the interface is up and capable of multicast (ip link set DEV multicast on).',
  notLooped: 'See that the interface takes multicast (ip link show DEV) and that no firewall drops all of it.',
  filtered:
    'Allow it in both directions, such as with ufw allow 5353/udp, firewall-cmd --add-service=mdns, or nft add rule inet filter input udp dport 5353 accept.',
  othersUnheard: 'If there is a firewall, see that it lets UDP port 5353 in from other machines.',
  tcpDropped: 'Allow the port of the service in, such as with ufw allow 6379/tcp, or firewall-cmd --add-port=6379/tcp.',
  clock: 'timedatectl set-ntp true',
};

const MACOS: Remedies = {
  portHeld:
    'End the program that holds it (sudo lsof -nP -iUDP:5353 names it; mDNSResponder shares it), and name peers with --from static:HOST:PORT.',
  groupRefused: 'See that the interface is up and capable of multicast (ifconfig DEV shows MULTICAST).',
  notLooped: 'See that the interface takes multicast (ifconfig DEV) and that no firewall drops all of it.',
  filtered: 'Allow it in the firewall that was installed beside that of macOS, which does not filter what is sent.',
  othersUnheard:
    'If the firewall is on, allow incoming connections for node: System Settings > Network > Firewall > Options.',
  tcpDropped: 'Allow incoming connections for node in System Settings > Network > Firewall > Options.',
  clock: 'sudo sntp -sS time.apple.com',
};

const WINDOWS: Remedies = {
  portHeld:
    'End the program that holds it (netstat -ano -p udp shows its process, tasklist the name), and name peers with --from static:HOST:PORT.',
  groupRefused: 'See that the adapter is enabled and connected (Get-NetAdapter in PowerShell).',
  notLooped:
    'See that the adapter is connected (Get-NetAdapter in PowerShell) and that no firewall drops all multicast.',
  filtered:
    'Allow node.exe in Windows Security > Firewall & network protection > Allow an app through firewall, and in any other firewall that is installed.',
  othersUnheard:
    'If Windows takes this network for public, make it private in Settings > Network & internet, and allow node.exe in Windows Security > Firewall & network protection > Allow an app through firewall.',
  tcpDropped: 'Allow node.exe in Windows Security > Firewall & network protection > Allow an app through firewall.',
  clock: 'w32tm /resync',
};

const OTHERS: Remedies = {
  portHeld: 'End the program that holds it, and name peers with --from static:HOST:PORT.',
  groupRefused: 'See that the interface is up and capable of multicast.',
  notLooped: 'See that the interface takes multicast and that no firewall drops all of it.',
  filtered: 'Allow it in both directions in the firewall.',
  othersUnheard: 'If there is a firewall, see that it lets UDP port 5353 in from other machines.',
  tcpDropped: 'Allow the port of the service in.',
  clock: 'by NTP',
};

const BY_PLATFORM: Partial<Record<NodeJS.Platform, Remedies>> = { linux: LINUX, darwin: MACOS, win32: WINDOWS };

export function listRemedies(platform: NodeJS.Platform): Remedies {
  return BY_PLATFORM[platform] ?? OTHERS;
}
