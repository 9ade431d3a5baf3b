import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { DIFFICULT_SERVICE, type FoundService, type InteropPeer, type Watch } from './interop-peer.ts';

/** A bus of the host's own, which lets everybody do everything and changes to no other user. */
const BUS = `<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
`;

const describeDaemon = ({ disallowOtherStacks = false, isReflector = false }: AvahiOptions): string => `[server]
use-ipv4=yes
use-ipv6=yes
disallow-other-stacks=${disallowOtherStacks ? 'yes' : 'no'}
[publish]
publish-hinfo=no
publish-workstation=no
${isReflector ? '[reflector]\nenable-reflector=yes\nreflect-ipv=yes\n' : ''}`;

/** avahi-daemon wants its folder to belong to the user avahi, which a user namespace may not have: there it is root. */
const AVAHI_IS_ROOT = `
for file in passwd group; do
  mountpoint -q /etc/$file && continue
  sed -E '/^avahi:/s/:[0-9]+/:0/g' /etc/$file > /run/$file
  mount --bind /run/$file /etc/$file
done`;

const DAEMON_FLAGS = ['--file=/run/avahi.conf', '--no-drop-root', '--no-chroot', '--no-rlimits'];

export const avahi: InteropPeer = {
  name: 'avahi',
  needs: ['avahi-browse', 'avahi-daemon', 'avahi-publish', 'dbus-daemon'],
  service: DIFFICULT_SERVICE,
  prepare: async (host) => await startAvahi(host),
  publish: async (host, service) => {
    const txt = Object.entries(service.txt).map(([key, value]) => `${key}=${value}`);
    const flags = ['--service', service.instance, service.type, `${service.port}`, ...txt];
    const publishing = host.spawn('avahi-publish', flags);
    await publishing.line(/Established under name/);
    return publishing;
  },
  watch: async (host, type) => watchLines(host.spawn('avahi-browse', ['--resolve', '--parsable', type])),
};

export interface AvahiOptions {
  /** Keep UDP port 5353 from every other program. */
  readonly disallowOtherStacks?: boolean;
  /** Repeat what is heard over IPv4 to IPv6 and back, and answer there from the cache. */
  readonly isReflector?: boolean;
}

/** Starts a message bus and avahi-daemon; resolves when its host name is established. */
export async function startAvahi(host: Host, options: AvahiOptions = {}): Promise<void> {
  await startBus(host);
  await startDaemon(host, options);
}

export async function startBus(host: Host): Promise<HostProcess> {
  await host.read('tee', ['/run/bus.conf'], { input: BUS });
  await host.read('sh', ['-c', AVAHI_IS_ROOT]);
  const bus = host.spawn('dbus-daemon', ['--config-file=/run/bus.conf', '--nofork', '--nopidfile', '--print-address']);
  await bus.line(/system_bus_socket/);
  return bus;
}

/** Starts avahi-daemon where there is a bus; it ends by SIGTERM. */
export async function startDaemon(host: Host, options: AvahiOptions = {}): Promise<HostProcess> {
  await host.read('tee', ['/run/avahi.conf'], { input: describeDaemon(options) });
  const daemon = host.spawn('avahi-daemon', DAEMON_FLAGS);
  await daemon.line(/Server startup complete/);
  return daemon;
}

/** Seconds. */
const LONGEST_LOOK = '10';
/** What timeout(1) ends with when it ended the command. */
const TIMED_OUT = 124;

/**
 * What the daemon knows now, over IPv4. Undefined when that is not known: avahi-browse never ends where a service leaves while it
 * resolves it.
 */
export async function lookWithAvahi(host: Host, type: string): Promise<readonly FoundService[] | undefined> {
  const look = ['avahi-browse', '--resolve', '--parsable', '--terminate', type];
  const { code, stdout, stderr } = await host.run('timeout', [LONGEST_LOOK, ...look]);
  if (code === TIMED_OUT) return undefined;
  if (code !== 0) throw new Error(`avahi-browse ended with ${code}: ${stderr}`);
  return stdout.split('\n').flatMap((line) => (line.startsWith('=;eth0;IPv4;') ? [parseLine(line)] : []));
}

function watchLines(browsing: HostProcess): Watch {
  return {
    found: async (instance) => {
      for (;;) {
        const [line] = await browsing.line(/^=;eth0;IPv4;.*/);
        const found = parseLine(line);
        if (found.instance === instance) {
          return found;
        }
      }
    },
    lost: async (instance) => {
      for (;;) {
        const [, , , escaped = ''] = (await browsing.line(/^-;eth0;IPv4;.*/))[0].split(';');
        if (unescapeName(escaped) === instance) {
          return;
        }
      }
    },
  };
}

/** `=;eth0;IPv4;thing\032on\032h1;_thing._tcp;local;h1-k3x9.local;10.99.0.1;7000;"k=v" "k=v"` */
function parseLine(line: string): FoundService {
  const [, , , instance = '', type = '', , host = '', address = '', port = '', txt = ''] = line.split(';');
  const strings = [...txt.matchAll(/"([^"]*)"/g)].map(([, text = '']) => text);
  return {
    instance: unescapeName(instance),
    type,
    host,
    addresses: [address],
    port: Number(port),
    txt: Object.fromEntries(strings.map((text) => splitPair(text))),
  };
}

function splitPair(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** A byte that is no letter or digit stands as a backslash and its three decimal digits. */
function unescapeName(text: string): string {
  const latin1 = text.replace(/\\(\d{3})|\\(.)/g, (_, decimal?: string, character?: string) =>
    decimal === undefined ? (character ?? '') : String.fromCharCode(Number(decimal)),
  );
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
