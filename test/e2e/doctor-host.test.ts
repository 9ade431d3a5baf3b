import type { Host, Lab } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { AMBASSADOR, announce, startProgram } from '../ambassador.ts';
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
  readonly cause: string;
  readonly says: RegExp;
  readonly words?: readonly string[];
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
    what: 'a firewall here drops what others multicast',
    cause: 'firewall-here',
    says: /arrives at this machine and is given to no program/,
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
    what: 'client isolation',
    cause: 'client-isolation',
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
    what: 'a firewall there drops TCP',
    cause: 'firewall-there',
    says: /TCP ports .* do not answer/,
    breakIt: (lan) => filter(lan.host(2), 'input', 'iifname eth0 meta l4proto tcp drop'),
    mend: (lan) => unfilter(lan.host(2)),
  },
  {
    what: 'a VPN takes the route',
    cause: 'vpn-route',
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
];

await labTest('doctor HOST names what is wrong between two machines', { hosts: 3, needs: ['nft'] }, async (lan) => {
  const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
  await h3.read('ip', ['addr', 'add', `${GATEWAY}/24`, 'dev', 'eth0']);
  await startProgram(h2, 'service', '7000', 'h2');
  await announce(h2, 'thing:7000');
  const healthy = await examine(h1);
  expect(healthy.filter(({ cause }) => cause !== undefined)).toEqual([]);
  for (const { what, cause, says, words = [], breakIt, mend } of BROKEN) {
    await breakIt(lan);
    const found = (await examine(h1, ...words)).filter((finding) => finding.cause !== undefined);
    expect([what, found]).toMatchObject([what, [{ cause, message: expect.stringMatching(says) }]]);
    expect([what, found[0]?.remedy]).not.toEqual([what, '']);
    await mend(lan);
  }
  const folder = makeSharedFolder();
  const key = await initMesh(h2, folder);
  const other = `${folder}/other.key`;
  await h1.read(process.execPath, [AMBASSADOR, 'mesh', 'init', other]);
  await announce(h2, 'vault:7000', '--mesh-key-file', key);
  const found = await examine(h1, '--mesh-key-file', other);
  expect(found.filter(({ cause }) => cause !== undefined)).toMatchObject([{ cause: 'other-mesh' }]);
});

/** What is between this host and h2. */
async function examine(host: Host, ...words: readonly string[]): Promise<readonly Finding[]> {
  const { stdout, stderr } = await host.run(process.execPath, [AMBASSADOR, 'doctor', '10.99.0.2', '--json', ...words]);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}
