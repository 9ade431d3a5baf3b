import type { Host, HostProcess, Peer } from '@mdns-ambassador/testkit';
import { startBus } from './avahi.ts';
import type { PublishedService } from './interop-peer.ts';

const PROGRAM = '/lib/systemd/systemd-resolved';
const STUB = '@127.0.0.53';
const CONFIGURATION = `[Resolve]
MulticastDNS=yes
LLMNR=no
DNS=
FallbackDNS=
`;

/** It changes to its own user, which need not exist here, and which a user namespace may not have: here it is root. */
const RESOLVED_IS_ROOT = `
mkdir -p /run/systemd/resolve /run/systemd/resolved.conf.d /run/systemd/dnssd
for file in passwd group; do
  sed /^systemd-resolve:/d /etc/$file > /run/resolved-$file
done
echo systemd-resolve:x:0:0::/:/bin/false >> /run/resolved-passwd
echo systemd-resolve:x:0: >> /run/resolved-group
for file in passwd group; do
  mount --bind /run/resolved-$file /etc/$file
done`;

/** Without a network manager nobody but the bus can switch it on for a link. */
const SWITCH_ON = `dbus-send --system --print-reply --dest=org.freedesktop.resolve1 /org/freedesktop/resolve1 \
  org.freedesktop.resolve1.Manager.SetLinkMulticastDNS int32:$(cat /sys/class/net/eth0/ifindex) string:yes`;

export const RESOLVED_NEEDS: readonly Peer[] = ['dbus-daemon', 'dig', 'systemd-resolved'];

/** Prepares the host for {@link runResolved}, with this configuration. */
export async function prepareResolved(host: Host, configuration: string): Promise<void> {
  await startBus(host);
  await host.read('sh', ['-c', RESOLVED_IS_ROOT]);
  await host.read('tee', ['/run/systemd/resolved.conf.d/lab.conf'], { input: configuration });
}

/** Starts systemd-resolved. */
export async function runResolved(host: Host): Promise<HostProcess> {
  const log = ['SYSTEMD_LOG_LEVEL=debug', 'SYSTEMD_LOG_TARGET=console'];
  const daemon = host.spawn('env', [...log, PROGRAM]);
  await daemon.line(/Successfully acquired requested service name/);
  return daemon;
}

/** Starts systemd-resolved with multicast DNS on eth0, where it publishes this service; its host name is the host's. */
export async function startResolved(host: Host, { instance, type, port, txt }: PublishedService): Promise<void> {
  await prepareResolved(host, CONFIGURATION);
  const pairs = Object.entries(txt).map(([key, value]) => `TxtText=${key}=${value}\n`);
  const service = `[Service]\nName=${instance}\nType=${type}\nPort=${port}\n${pairs.join('')}`;
  await host.read('tee', ['/run/systemd/dnssd/lab.dnssd'], { input: service });
  const daemon = await runResolved(host);
  await host.read('sh', ['-c', SWITCH_ON]);
  await daemon.line(/IN SRV .* successfully probed/);
}

/** What it answers to a program of its host that asks for a name. */
export async function askResolved(host: Host, name: string, type: string): Promise<readonly string[]> {
  const answer = await host.read('dig', ['+short', '+time=10', '+tries=3', STUB, name, type]);
  return answer.split('\n').filter((line) => line !== '');
}
