import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, runAmbassador, spawnAmbassador } from '../ambassador.ts';
import { avahi, startAvahi } from '../interop/peers/avahi.ts';
import { labTest } from '../lab-test.ts';

/** The exit code, and each check's status, message and remedy. */
async function examine(host: Host) {
  const { code, stdout, stderr } = await runAmbassador(host, ['doctor', '--json']);
  expect(stderr).toBe('');
  const findings: readonly { check: string; status: string; message: string; remedy: string }[] = JSON.parse(stdout);
  return {
    code,
    problems: findings.filter(({ status }) => status === 'problem').map(({ check }) => check),
    status: (check: string) => findings.find((finding) => finding.check === check)?.status,
    say: (check: string) => findings.find((finding) => finding.check === check)?.message,
  };
}

await labTest('doctor finds a healthy host healthy', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await announce(h2, 'thing:7000', '--check', 'none');
  const found = await examine(h1);
  expect(found).toMatchObject({ code: 0, problems: [] });
  expect(found.say('answers')).toBe('1 other host answered, and one answer may stand for several hosts.');
  for (const check of ['interfaces', 'port', 'loopback', 'firewall', 'answers', 'records', 'route', 'ipv6']) {
    expect([check, found.status(check)]).toEqual([check, 'ok']);
  }
  const { stdout } = await runAmbassador(h1, ['doctor']);
  expect(stdout).toMatch(/^ok +interfaces +mDNS is spoken on eth0\.$/m);
});

await labTest('doctor ends as soon as it is stopped, with nothing found', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  const doctor = spawnAmbassador(h1, ['doctor']);
  await expect.poll(() => h1.read('ss', ['-uHan']), { timeout: 20_000 }).toContain(':5353');
  expect(await doctor.stop('SIGINT')).toMatchObject({ code: 0 });
  expect(doctor.stdout).toBe('');
});

await labTest('doctor: no interface but loopback', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  await h1.read('ip', ['link', 'set', 'eth0', 'down']);
  expect(await examine(h1)).toMatchObject({ code: 69, problems: ['interfaces'] });
});

for (const hook of ['input', 'output']) {
  await labTest(`doctor: a firewall that drops port 5353 on ${hook}`, { hosts: 1, needs: ['nft'] }, async (lan) => {
    const h1 = lan.host(1);
    const input = `
      add table inet wall
      add chain inet wall drops { type filter hook ${hook} priority 0; }
      add rule inet wall drops udp dport 5353 drop
    `;
    await h1.read('nft', ['-f', '-'], { input });
    expect(await examine(h1)).toMatchObject({ code: 69, problems: ['firewall'] });
  });
}

await labTest('doctor: a firewall that drops all that comes in', { hosts: 1, needs: ['nft'] }, async (lan) => {
  const h1 = lan.host(1);
  const input = `
    add table inet wall
    add chain inet wall drops { type filter hook input priority 0; policy drop; }
    add rule inet wall drops iif lo accept
  `;
  await h1.read('nft', ['-f', '-'], { input });
  expect(await examine(h1)).toMatchObject({ code: 69, problems: ['loopback', 'firewall'] });
});

await labTest('doctor: avahi-daemon keeps port 5353 to itself', { hosts: 1, needs: avahi.needs }, async (lan) => {
  const h1 = lan.host(1);
  await startAvahi(h1, { disallowOtherStacks: true });
  const found = await examine(h1);
  expect(found).toMatchObject({ code: 69, problems: ['port'] });
  expect(found.say('port')).toMatch(/^avahi-daemon \(process \d+\) keeps UDP port 5353 to itself on eth0/);
});

await labTest(
  'doctor: beside an avahi-daemon that shares, all is well',
  { hosts: 1, needs: avahi.needs },
  async (lan) => {
    const h1 = lan.host(1);
    await startAvahi(h1);
    expect(await examine(h1)).toMatchObject({ code: 0, problems: [] });
  },
);

await labTest(
  'doctor: nobody answers where the network keeps hosts apart',
  { hosts: 2, needs: ['nft'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await announce(h2, 'thing:7000', '--check', 'none');
    await lan.blockMulticast(h1);
    const found = await examine(h1);
    expect(found).toMatchObject({ code: 0, problems: [] });
    expect(found.status('answers')).toBe('warning');
  },
);

await labTest('doctor: a VPN that takes the default route', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  await h1.read('ip', ['link', 'add', 'wg0', 'type', 'veth', 'peer', 'name', 'wg1']);
  await h1.read('sh', [
    '-c',
    'ip addr add 10.8.0.1/24 dev wg0 && ip link set wg1 up && ip link set wg0 up && ip route replace default dev wg0',
  ]);
  const found = await examine(h1);
  expect(found).toMatchObject({ code: 0, problems: [] });
  expect(found.status('route')).toBe('warning');
});

await labTest(
  'doctor --self-test passes on loopback and on a LAN, and tells nothing of the machine',
  { hosts: 1 },
  async (lan) => {
    const h1 = lan.host(1);
    for (const words of [[], ['--interface', 'eth0']]) {
      const { code, stdout } = await runAmbassador(h1, ['doctor', '--self-test', ...words]);
      expect(stdout).toMatch(/all 8 steps passed\n$/);
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/\bh1\b|10\.99|fe80|127\.0|eth0|root/);
    }
  },
);
