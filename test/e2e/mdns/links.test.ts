import { PYTHON } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { spawnProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

/** Holds port 5353 in one family or both and lets nobody share it. */
const HOLD_PORT = `
import socket, sys, time
s = socket.socket(socket.AF_INET6 if sys.argv[1] == 'both' else socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('::' if sys.argv[1] == 'both' else '', 5353))
print('ready', flush=True)
time.sleep(600)`;

await labTest(
  'a host on two links tells each its own address, without a default route',
  { hosts: 3, defaultRoute: false },
  async (lan) => {
    const [both, first, second] = [lan.host(1), lan.host(2), lan.host(3)];
    await second.read('ip', ['link', 'del', 'eth0']);
    await lan.addLink([both, second]);
    const onFirst = await startProgram(first, 'mdns-node', 'browse');
    const onSecond = await startProgram(second, 'mdns-node', 'browse');
    await startProgram(both, 'mdns-node', 'publish', 'two-legged');
    const [, ipv4OnFirst, ipv6OnFirst] = await onFirst.line(/^added two-legged ([\d.]+),(fe80::\S+%eth0)$/m);
    const [, ipv4OnSecond, ipv6OnSecond] = await onSecond.line(/^added two-legged ([\d.]+),(fe80::\S+%eth1)$/m);
    expect([ipv4OnFirst, ipv4OnSecond]).toEqual(['10.99.0.1', '10.99.1.1']);
    expect(ipv6OnFirst?.split('%')[0]).not.toBe(ipv6OnSecond?.split('%')[0]);
  },
);

await labTest('hosts that have IPv6 only find each other', { hosts: 2, defaultRoute: false }, async (lan) => {
  for (const host of lan.hosts) await host.read('ip', ['-4', 'address', 'flush', 'dev', 'eth0']);
  const browsing = await startProgram(lan.host(2), 'mdns-node', 'browse');
  const publishing = await startProgram(lan.host(1), 'mdns-node', 'publish', 'six');
  await browsing.line(/^added six fe80::[^,]+%eth0$/m);
  expect(await publishing.stop('SIGTERM')).toMatchObject({ code: 0 });
  await browsing.line(/^removed six/m);
});

await labTest('an interface that is made anew with the same address is joined anew', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await lan.addLink([h1, h2]);
  for (const host of [h1, h2]) await host.read('ip', ['link', 'set', 'eth0', 'down']);
  const browsing = await startProgram(h2, 'mdns-node', 'browse');
  await h1.read('ip', ['link', 'del', 'eth1']);
  await lan.addLink([h1]);
  const publishing = await startProgram(h1, 'mdns-node', 'publish', 'phoenix');
  await browsing.line(/^added phoenix 10\.99\.1\.1,/m);
  await h1.read('ip', ['link', 'del', 'eth1']);
  await lan.addLink([h1]);
  await publishing.until((output) => output.match(/^announced phoenix eth1$/gm)?.length === 2);
  expect(publishing.stdout).toMatch(/^interface-down eth1/m);
  const late = await startProgram(h2, 'mdns-node', 'browse');
  await late.line(/^added phoenix 10\.99\.1\.1,/m);
});

await labTest('an interface that returns with another address is announced with that', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await lan.addLink([h1, h2]);
  for (const host of [h1, h2]) await host.read('ip', ['link', 'set', 'eth0', 'down']);
  const browsing = await startProgram(h2, 'mdns-node', 'browse');
  const publishing = await startProgram(h1, 'mdns-node', 'publish', 'nomad');
  await browsing.line(/^added nomad 10\.99\.1\.1,/m);
  await h1.read('ip', ['link', 'del', 'eth1']);
  await publishing.line(/^interface-down eth1/m);
  await lan.addLink([h1]);
  await h1.read('ip', ['address', 'del', '10.99.1.1/24', 'dev', 'eth1']);
  await h1.read('ip', ['address', 'add', '10.99.1.77/24', 'dev', 'eth1']);
  await browsing.line(/^updated nomad 10\.99\.1\.77,fe80::[^,]+$/m);
});

await labTest('an address that comes or goes is told on the link without a goodbye', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  const browsing = await startProgram(h2, 'mdns-node', 'browse');
  await startProgram(h1, 'mdns-node', 'publish', 'moving');
  await browsing.line(/^added moving 10\.99\.0\.1,fe80::[^,]+$/m);
  await h1.read('ip', ['address', 'add', '10.99.0.201/24', 'dev', 'eth0']);
  await browsing.line(/^updated moving 10\.99\.0\.1,10\.99\.0\.201,fe80::[^,]+$/m);
  await h1.read('ip', ['address', 'del', '10.99.0.201/24', 'dev', 'eth0']);
  await browsing.line(/^updated moving 10\.99\.0\.1,fe80::[^,]+$/m);
  expect(browsing.stdout).not.toContain('removed');
});

await labTest('an IPv6 address is told of no longer once it is deprecated', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  const browsing = await startProgram(h2, 'mdns-node', 'browse');
  await h1.read('ip', ['address', 'add', 'fd99::1/64', 'dev', 'eth0']);
  await startProgram(h1, 'mdns-node', 'publish', 'renumbered');
  await browsing.line(/^added renumbered 10\.99\.0\.1,fd99::1,fe80::[^,]+$/m);
  await h1.read('ip', ['address', 'change', 'fd99::1/64', 'dev', 'eth0', 'preferred_lft', '0']);
  await browsing.line(/^updated renumbered 10\.99\.0\.1,fe80::[^,]+$/m);
});

await labTest(
  'a host without default route publishes, browses and is found on its one link',
  { hosts: 2, defaultRoute: false },
  async (lan) => {
    const browsing = await startProgram(lan.host(2), 'mdns-node', 'browse');
    const publishing = await startProgram(lan.host(1), 'mdns-node', 'publish', 'routeless');
    await browsing.line(/^added routeless 10\.99\.0\.1,/m);
    await publishing.stop('SIGTERM');
    await browsing.line(/^removed routeless/m);
  },
);

await labTest('a host that has nothing but loopback finds itself', { hosts: 1 }, async (lan) => {
  const host = lan.host(1);
  await host.read('ip', ['link', 'del', 'eth0']);
  const browsing = await startProgram(host, 'mdns-node', 'browse');
  await startProgram(host, 'mdns-node', 'publish', 'alone');
  await browsing.line(/^added alone 127\.0\.0\.1/m);
});

await labTest('where another program holds the port in one family, the other serves', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  const holding = h1.spawn(PYTHON, ['-c', HOLD_PORT, 'IPv4']);
  await holding.line(/^ready/);
  const publishing = await startProgram(h1, 'mdns-node', 'publish', 'half');
  await publishing.until((output) => output.includes('link-failed eth0 port-in-use'));
  const browsing = await startProgram(h2, 'mdns-node', 'browse');
  await browsing.line(/^added half 10\.99\.0\.1,fe80::/m);
  await holding.stop('SIGKILL');
  const late = await startProgram(h2, 'mdns-node', 'browse');
  await late.line(/^added half/m);
});

await labTest('where another program holds the port in both, it says so in one sentence', { hosts: 1 }, async (lan) => {
  const holding = lan.host(1).spawn(PYTHON, ['-c', HOLD_PORT, 'both']);
  await holding.line(/^ready/);
  const refused = spawnProgram(lan.host(1), 'mdns-node', 'browse');
  await refused.line(/^refused port-in-use UDP port 5353 on eth0 \(IPv4\) is held exclusively by another/m);
});
