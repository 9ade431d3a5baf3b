import { type Host, type HostProcess, type Lab, PYTHON } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, locateProgram, spawnAmbassador } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';
import { avahi, startAvahi } from './peers/avahi.ts';
import { publishByLinks, pythonZeroconf, spawnZeroconfWatch } from './peers/python-zeroconf.ts';

/** What two hosts have on a link of theirs, in the words of `ip address add`. IPv4 alone: link-local IPv6 would join them all. */
interface Layout {
  readonly link: string;
  readonly left: readonly string[];
  readonly right: readonly string[];
}

const LAYOUTS: readonly Layout[] = [
  // Two subnets.
  { link: 'eth1', left: ['192.168.41.1/24'], right: ['10.41.0.2/24'] },
  // Two subnets, and one host is in both, in the other's second.
  { link: 'eth2', left: ['192.168.42.1/24', '10.42.0.1/24'], right: ['10.42.0.2/24'] },
  // Link-local beside DHCP.
  { link: 'eth3', left: ['169.254.43.1/16', '192.168.43.1/24'], right: ['192.168.43.2/24'] },
  { link: 'eth4', left: ['10.44.0.1 peer 10.44.0.2/32'], right: ['10.44.0.2 peer 10.44.0.1/32'] },
  { link: 'eth5', left: ['10.45.0.1/32'], right: ['10.45.0.2/32'] },
  // Two addresses in one subnet.
  { link: 'eth6', left: ['10.46.0.1/24', '10.46.0.3/24'], right: ['10.46.0.2/24'] },
];

const LEFT = LAYOUTS.flatMap(({ left }) => left.map(addressOf));
const RIGHT = LAYOUTS.flatMap(({ right }) => right.map(addressOf));
const THING = { type: '_thing._tcp', port: 7000, txt: {} };

await labTest(
  'neighbours in six layouts of subnets hear each other, avahi and python-zeroconf too, and a source of another link is not believed',
  { hosts: 2, needs: [...avahi.needs, ...pythonZeroconf.needs], defaultRoute: false },
  async (lan) => {
    const [left, right] = [lan.host(1), lan.host(2)];
    // It takes a dot in a name for the end of a label.
    const ofPython = RIGHT.map((address, index) => ({ ...THING, instance: `of python ${index}`, address }));
    await layOut(lan, left, right);
    await startAvahi(right);
    const watching = [left, right].map((host) => spawnAmbassador(host, ['list', 'thing', '--watch', '--json']));
    const python = spawnZeroconfWatch(right, '_thing._tcp');
    await python.line(/^ready/);
    const browsing = right.spawn('avahi-browse', ['--resolve', '--parsable', '_thing._tcp']);
    await Promise.all([
      announce(left, 'thing:7000', '--check', 'none', '--name', 'ours'),
      announce(right, 'thing:7001', '--check', 'none', '--name', 'theirs'),
      avahi.publish(right, { ...THING, instance: 'of avahi' }),
      publishByLinks(right, ofPython),
    ]);
    const [onLeft, onRight] = watching;
    if (onLeft === undefined || onRight === undefined) throw new Error('both watch');
    await knows(onLeft, 'theirs', RIGHT);
    await forge(right, 'eth3', '10.46.0.9', 'forged');
    await forge(right, 'eth3', '192.168.43.9', 'neighbour');
    await knows(onLeft, 'of avahi', RIGHT);
    for (const { instance, address } of ofPython) await knows(onLeft, instance, [address]);
    await knows(onRight, 'ours', LEFT);
    // avahi tells by which interface, and one address of several.
    for (const { link, left: own } of LAYOUTS) {
      const address = own.map(addressOf).join('|');
      const line = new RegExp(`^=;${link};IPv4;ours;_thing\\._tcp;local;[^;]*;(?:${address});7000;`, 'm');
      await browsing.until((output) => line.test(output));
    }
    // It hears all its links in one, and the addresses of each take the place of those of another.
    await python.until((output) => LEFT.every((address) => output.includes(`"${address}"`)));
    await knows(onLeft, 'neighbour', ['192.168.43.9']);
    expect(onLeft.stdout).not.toContain('forged');
  },
);

async function layOut(lan: Lab, left: Host, right: Host): Promise<void> {
  for (const { link } of LAYOUTS) await lan.addLink([left, right], Number(link.slice(3)));
  const sides = [
    { host: left, addressesOf: (layout: Layout) => layout.left },
    { host: right, addressesOf: (layout: Layout) => layout.right },
  ];
  await Promise.all(
    sides.map(async ({ host, addressesOf }) => {
      const commands = LAYOUTS.flatMap((layout) => [
        `address flush dev ${layout.link}`,
        ...addressesOf(layout).map((words) => `address add ${words} dev ${layout.link}`),
      ]);
      await host.read('ip', ['-batch', '-'], { input: `link delete eth0\n${commands.join('\n')}\n` });
      await host.read('sh', ['-c', 'for one in /proc/sys/net/ipv6/conf/eth*; do echo 1 > $one/disable_ipv6; done']);
    }),
  );
}

function addressOf(words: string): string {
  return words.split(/[/ ]/)[0] ?? '';
}

async function knows(watching: HostProcess, instance: string, addresses: readonly string[]): Promise<void> {
  await watching.until((output) =>
    output
      .split('\n')
      .some((line) => line.includes(`"${instance}"`) && addresses.every((address) => line.includes(`"${address}"`))),
  );
}

async function forge(host: Host, link: string, source: string, instance: string): Promise<void> {
  const forging = host.spawn(PYTHON, [locateProgram('mdns-forger.py'), link, source, instance, source, '9000']);
  await forging.line(/^ready/);
}
