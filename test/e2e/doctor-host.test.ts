import type { Host, Lab } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { AMBASSADOR, announce, list, startProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';
import { initMesh, makeSharedFolder } from '../mesh.ts';

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly cause?: string;
  readonly message: string;
  readonly remedy: string;
  readonly evidence?: readonly string[];
}

/** What breaks the network between the two, and what mends it. */
interface Broken {
  readonly what: string;
  readonly causes: readonly string[];
  /** In the messages, in the order of the causes. */
  readonly says: RegExp;
  /** By how much the clock of this machine is wrong. */
  readonly clock?: string;
  breakIt(lan: Lab): Promise<void>;
  mend(lan: Lab): Promise<void>;
}

const GATEWAY = '10.99.0.254';

/** A chain of the host's firewall with these rules. */
async function filter(host: Host, hook: 'input' | 'output', ...rules: readonly string[]): Promise<void> {
  const lines = [
    'add table inet wall',
    `add chain inet wall drops { type filter hook ${hook} priority 0; }`,
    ...rules.map((rule) => `add rule inet wall drops ${rule}`),
  ];
  await host.read('nft', ['-f', '-'], { input: `${lines.join('\n')}\n` });
}

async function unfilter(host: Host): Promise<void> {
  await host.read('nft', ['delete', 'table', 'inet', 'wall']);
}

const BROKEN: readonly Broken[] = [
  {
    what: 'client isolation',
    causes: ['client-isolation'],
    says: /client isolation/,
    breakIt: async (lan) => {
      for (const host of [lan.host(1), lan.host(2)]) {
        await lan.isolate(host, true);
        await host.read('ip', ['neigh', 'flush', 'all']);
      }
    },
    mend: async (lan) => {
      for (const host of [lan.host(1), lan.host(2)]) await lan.isolate(host, false);
    },
  },
  {
    what: 'a firewall here drops what others multicast, and the clock is wrong',
    causes: ['firewall-here', 'clock'],
    says: /arrives at this machine and is given to no program.*60 minutes ahead of this one/,
    clock: '-1h',
    breakIt: async (lan) => {
      const own = (await lan.host(1).read('ip', ['-6', '-o', 'addr', 'show', 'dev', 'eth0'])).match(/fe80::[^/]+/)?.[0];
      await filter(
        lan.host(1),
        'input',
        'ip daddr 224.0.0.251 ip saddr != 10.99.0.1 drop',
        `ip6 daddr ff02::fb ip6 saddr != ${own} drop`,
      );
    },
    mend: (lan) => unfilter(lan.host(1)),
  },
  {
    what: 'a firewall there drops TCP',
    causes: ['firewall-there'],
    says: /TCP ports .* do not answer/,
    breakIt: (lan) => filter(lan.host(2), 'input', 'iifname eth0 meta l4proto tcp drop'),
    mend: (lan) => unfilter(lan.host(2)),
  },
  {
    what: 'a switch keeps the mDNS groups back',
    causes: ['igmp-snooping'],
    says: /IGMP/,
    breakIt: (lan) => lan.pruneGroups(lan.host(1)),
    mend: (lan) => lan.passAllFrames(),
  },
  {
    what: 'a VPN takes the route',
    causes: ['vpn-route'],
    says: /goes into a VPN \(wg0\).*network of eth0/,
    breakIt: async (lan) => {
      const script =
        'ip link add wg0 type veth peer name wg1 && ip addr add 10.8.0.1/24 dev wg0 && ip link set wg1 up && ip link set wg0 up && ip route add 10.99.0.2/32 dev wg0';
      await lan.host(1).read('sh', ['-c', script]);
    },
    mend: async (lan) => {
      await lan.host(1).read('ip', ['link', 'del', 'wg0']);
    },
  },
  {
    what: 'a firewall there lets no multicast out',
    causes: ['firewall-there'],
    says: /does not let its multicast out/,
    breakIt: async (lan) => {
      await filter(lan.host(2), 'output', 'udp dport 5353 drop');
      // It knows once it was refused an answer, and again when it is not.
      await list(lan.host(1), 'thing');
    },
    mend: async (lan) => {
      await unfilter(lan.host(2));
      await expect.poll(() => list(lan.host(1), 'thing')).toHaveLength(1);
    },
  },
  {
    what: 'a firewall here lets no TCP in',
    causes: ['firewall-here'],
    says: /can't connect to this machine/,
    breakIt: (lan) => filter(lan.host(1), 'input', 'iifname eth0 tcp flags syn / syn,ack drop'),
    mend: (lan) => unfilter(lan.host(1)),
  },
];

await labTest(
  'doctor HOST names what is wrong between two machines',
  { hosts: 3, needs: ['nft', 'faketime'] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    await h3.read('ip', ['addr', 'add', `${GATEWAY}/24`, 'dev', 'eth0']);
    await startProgram(h2, 'service', '7000', 'h2');
    await announce(h2, 'thing:7000', '--peer-port', '5350');
    const healthy = await examine(h1);
    expect(healthy.filter(({ cause }) => cause !== undefined)).toEqual([]);
    for (const { what, causes, says, clock, breakIt, mend } of BROKEN) {
      await breakIt(lan);
      const found = (await examine(h1, { clock })).filter((finding) => finding.cause !== undefined);
      expect(`${what}: ${found.map(({ cause }) => cause)}`).toBe(`${what}: ${causes}`);
      expect(found.map(({ message }) => message).join(' ')).toMatch(says);
      expect([what, found.filter(({ remedy }) => remedy === '')]).toEqual([what, []]);
      await mend(lan);
    }
    const folder = makeSharedFolder();
    const key = await initMesh(h2, folder);
    const other = `${folder}/other.key`;
    await h1.read(process.execPath, [AMBASSADOR, 'mesh', 'init', other]);
    await announce(h2, 'vault:7000', '--mesh-key-file', key);
    const found = await examine(h1, { words: ['--mesh-key-file', other] });
    expect(found.flatMap(({ cause }) => cause ?? [])).toEqual(['other-mesh']);
  },
);

/** What is between this host and h2, by a clock that is wrong by `clock`. */
async function examine(
  host: Host,
  { words = [], clock }: { readonly words?: readonly string[]; readonly clock?: string | undefined } = {},
): Promise<readonly Finding[]> {
  const script = `[ -z "$FAKETIME" ] || export LD_PRELOAD="$(echo /usr/lib/*/faketime/libfaketimeMT.so.1)"; exec "$0" "$@"`;
  const env = { FAKETIME_DONT_FAKE_MONOTONIC: '1', ...(clock === undefined ? {} : { FAKETIME: clock }) };
  const command = [process.execPath, AMBASSADOR, 'doctor', '10.99.0.2', '--json', ...words];
  const { stdout, stderr } = await host.run('sh', ['-c', script, ...command], { env });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}
